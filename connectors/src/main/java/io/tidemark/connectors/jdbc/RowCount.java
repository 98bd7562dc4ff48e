package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.sql.TableName;
import java.sql.Connection;
import java.sql.SQLException;

/**
 * How many rows there are: counted, or in a large table what the server's planner says, as to count
 * would take as long as to read. The planner knows how large files are even where nobody has
 * analysed them, and adds up the partitions of a table.
 */
final class RowCount {

  /** Rows of a table that are counted, at most. */
  static final double COUNTED = 2_000_000;

  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Connection connection;
  private final TableName table;
  private final double counted;
  private long all = -1;

  /**
   * @param counted rows of a table that are counted, at most
   */
  RowCount(Connection connection, TableName table, double counted) {
    this.connection = connection;
    this.table = table;
    this.counted = counted;
  }

  /** Rows of {@code FROM …}. */
  long of(String from) throws SQLException {
    if (all < 0) {
      all = estimate(" FROM " + table.sql());
    }
    return all <= counted ? Queries.number(connection, "SELECT count(*)" + from) : estimate(from);
  }

  private long estimate(String from) throws SQLException {
    String plan = Queries.text(connection, "EXPLAIN (FORMAT JSON) SELECT 1" + from);
    try {
      return MAPPER.readTree(plan).at("/0/Plan/Plan Rows").asLong();
    } catch (JsonProcessingException e) {
      throw new SQLException("a plan that is no JSON: " + plan, e);
    }
  }
}
