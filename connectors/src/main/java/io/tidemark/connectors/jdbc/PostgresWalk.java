package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.cut.KeyWalk;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Asks PostgreSQL of the rows along a key.
 *
 * @param filters the filters of the spec's way of cutting
 */
record PostgresWalk(Connection connection, KeySql key, FilterSql filters, RowCount count)
    implements KeyWalk {

  /**
   * Of the key that the spec cuts by.
   *
   * @throws TaskException FATAL if there is none, or no index walks it
   */
  static PostgresWalk of(Connection connection, SourceTable table) throws TaskException {
    RowCount count = new RowCount(connection, table.table().name(), RowCount.COUNTED);
    return new PostgresWalk(connection, table.key(List.of()), table.filters(), count);
  }

  @Override
  public List<String> columns() {
    return key.key().stream().map(PostgresTable.Column::name).toList();
  }

  @Override
  public Optional<List<String>> next(List<String> lower, List<String> upper) throws SQLException {
    return first(key.nth(lower, upper, 1, 1));
  }

  @Override
  public Optional<List<String>> largest(List<String> lower) throws SQLException {
    return first(key.largest(lower));
  }

  @Override
  public Optional<List<String>> largest(List<String> lower, String below) throws SQLException {
    PostgresTable.Column column = key.key().getFirst();
    String less =
        key.table().sql()
            + "."
            + Sql.ident(column.name())
            + " < "
            + FilterSql.value(below, column.type());
    return first(key.only(less).largest(lower));
  }

  /** The first key that a query finds. */
  Optional<List<String>> first(String sql) throws SQLException {
    return Queries.texts(connection, sql, key.key().size()).stream().findFirst();
  }

  @Override
  public long rows(List<String> lower, List<String> upper) throws SQLException {
    return count.of(key.from() + key.within(lower, upper));
  }

  @Override
  public long passing(List<String> upper, RowFilter filter) throws SQLException {
    return count.of(key.from() + key.only(filters.condition(filter)).within(null, upper));
  }

  @Override
  public OptionalLong nulls() throws SQLException {
    String rows = key.from() + key.nulls();
    return key.nullable() && !Queries.texts(connection, "SELECT 1" + rows + " LIMIT 1", 1).isEmpty()
        ? OptionalLong.of(count.of(rows))
        : OptionalLong.empty();
  }

  @Override
  public Optional<Instant> time(String text) {
    return TimeText.instant(text);
  }

  @Override
  public String before(Instant time) {
    String type = key.key().getFirst().type().base();
    Instant end = TimeText.end(type);
    return TimeText.before(time.isAfter(end) ? end : time, type);
  }
}
