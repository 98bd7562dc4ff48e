package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * How many rows there are: counted, or in a large table what its statistics say, as to count would
 * take as long as to read.
 *
 * @param counted rows of a table that are counted, at most
 */
record RowCount(Connection connection, PostgresTable table, double counted) {

  static final double COUNTED = 2_000_000;
  private static final ObjectMapper MAPPER = new ObjectMapper();

  /** Rows of {@code FROM …}. */
  long of(String from) throws SQLException {
    if (table.tuples() <= counted) {
      return Long.parseLong(text("SELECT count(*)" + from));
    }
    String plan = text("EXPLAIN (FORMAT JSON) SELECT 1" + from);
    try {
      return MAPPER.readTree(plan).at("/0/Plan/Plan Rows").asLong();
    } catch (JsonProcessingException e) {
      throw new SQLException("a plan that is no JSON: " + plan, e);
    }
  }

  private String text(String sql) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getString(1);
    }
  }
}
