package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.cut.ListedColumn;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks PostgreSQL of the values of a list's column. Those that there are it finds by asking an
 * index for the next one behind each.
 *
 * @param column as a key
 */
record PostgresListed(Connection connection, KeySql column, PostgresErrors errors)
    implements ListedColumn {

  private static final String NO_SUCH_OPERATOR = "42883";

  @Override
  public List<Given> given(List<String> values) throws TaskException {
    List<Given> given = new ArrayList<>();
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(canonical(values))) {
      while (r.next()) {
        given.add(new Given(r.getString(1), r.getInt(2)));
      }
    } catch (SQLException e) {
      if (NO_SUCH_OPERATOR.equals(e.getSQLState())) {
        throw errors.fatal(
            "partition.list.column: '"
                + column.key().getFirst().name()
                + "' is of type "
                + column.key().getFirst().type().name()
                + ", whose values cannot be told to be equal; cut by key, or by another column");
      }
      throw errors.of("partition.list.values", e);
    }
    return given;
  }

  // Next to the column, which gives them its collation.
  private String canonical(List<String> given) {
    PostgresTable.Column listed = column.key().getFirst();
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < given.size(); i++) {
      rows.append(i == 0 ? "(" : ", (")
          .append(FilterSql.value(given.get(i), listed.type()))
          .append(", ")
          .append(i)
          .append(')');
    }
    return "SELECT x::text, min(i) OVER (PARTITION BY x) FROM (SELECT "
        + Sql.ident(listed.name())
        + " AS x, -1 AS i"
        + column.from()
        + " WHERE FALSE UNION ALL SELECT x, i FROM (VALUES "
        + rows
        + ") AS v(x, i)) AS u ORDER BY i";
  }

  @Override
  public List<String> found(String behind, int most) throws SQLException {
    List<String> found = new ArrayList<>();
    String value = behind;
    while (found.size() < most) {
      List<List<String>> next =
          texts(column.nth(value == null ? null : List.of(value), null, 1, 1));
      if (next.isEmpty()) {
        break;
      }
      value = next.getFirst().getFirst();
      found.add(value);
    }
    return found;
  }

  @Override
  public boolean nulls() throws SQLException {
    return !texts("SELECT 1" + column.from() + column.nulls() + " LIMIT 1").isEmpty();
  }

  private List<List<String>> texts(String sql) throws SQLException {
    return Queries.texts(connection, sql, 1);
  }

  @Override
  public TaskException fatal(String message) {
    return errors.fatal(message);
  }
}
