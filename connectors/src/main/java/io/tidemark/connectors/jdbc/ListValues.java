package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.ListFilter;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The values of a list: those that the spec gives, as the database writes them, or those that the
 * column has, found by asking its index for the next one behind each.
 *
 * @param key the list's column as a key
 */
record ListValues(
    Connection connection, KeySql key, Cut.ByList cut, PostgresErrors errors, int most) {

  static final int MOST = 10_000;

  private static final String NO_SUCH_OPERATOR = "42883";

  /** Filters behind one, in order; empty: all. */
  List<RowFilter> behind(Optional<RowFilter> last) throws SQLException, TaskException {
    if (cut.groups().isEmpty()) {
      return found(last);
    }
    List<RowFilter> all = given();
    return last.isEmpty() ? all : all.subList(all.indexOf(last.get()) + 1, all.size());
  }

  /** The filters of the values that the spec gives. */
  List<RowFilter> given() throws SQLException, TaskException {
    List<String> texts = texts();
    List<RowFilter> filters = new ArrayList<>();
    int at = 0;
    boolean nulls = false;
    for (ListFilter group : cut.groups()) {
      int end = at + group.getValues().size();
      filters.add(filter(texts.subList(at, end), group.getNulls(), false));
      nulls |= group.getNulls();
      at = end;
    }
    if (cut.others()) {
      filters.add(filter(texts, nulls, true));
    }
    return filters;
  }

  // The database says which are the same: 1 and 01 as numbers, a and A in some collations.
  private List<String> texts() throws SQLException, TaskException {
    List<String> given = cut.groups().stream().flatMap(g -> g.getValues().stream()).toList();
    List<String> texts = new ArrayList<>();
    if (given.isEmpty()) {
      return texts;
    }
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(canonical(given))) {
      while (r.next()) {
        int first = r.getInt(2);
        if (first < texts.size()) {
          throw errors.fatal(
              "partition.list.values: '"
                  + given.get(first)
                  + "' and '"
                  + given.get(texts.size())
                  + "' are the same value; give it once");
        }
        texts.add(r.getString(1));
      }
    } catch (SQLException e) {
      if (NO_SUCH_OPERATOR.equals(e.getSQLState())) {
        throw errors.fatal(
            "partition.list.column: '"
                + cut.column()
                + "' is of type "
                + key.key().get(0).type().name()
                + ", whose values cannot be told to be equal; cut by key, or by another column");
      }
      throw errors.of("partition.list.values", e);
    }
    return texts;
  }

  // Next to the column, which gives them its collation.
  private String canonical(List<String> given) {
    PostgresTable.Column column = key.key().get(0);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < given.size(); i++) {
      rows.append(i == 0 ? "(" : ", (")
          .append(FilterSql.value(given.get(i), column.type()))
          .append(", ")
          .append(i)
          .append(')');
    }
    return "SELECT x::text, min(i) OVER (PARTITION BY x) FROM (SELECT "
        + Sql.ident(column.name())
        + " AS x, -1 AS i"
        + key.from()
        + " WHERE FALSE UNION ALL SELECT x, i FROM (VALUES "
        + rows
        + ") AS v(x, i)) AS u ORDER BY i";
  }

  private List<RowFilter> found(Optional<RowFilter> last) throws SQLException, TaskException {
    ListFilter from =
        last.map(f -> f instanceof RowFilter.Listed l ? l.filter() : null).orElse(null);
    List<RowFilter> filters = new ArrayList<>();
    if (from != null && from.getNulls()) {
      return filters;
    }
    List<String> value = from == null ? null : from.getValues();
    List<List<String>> next = keys(key.nth(value, null, 1, 1));
    while (!next.isEmpty()) {
      if (filters.size() == most) {
        throw errors.fatal(
            "partition.list.column: '"
                + cut.column()
                + "' has more than "
                + most
                + " values; cut by key or hash, or give those values that want partitions");
      }
      value = next.get(0);
      filters.add(filter(value, false, false));
      next = keys(key.nth(value, null, 1, 1));
    }
    if (!keys("SELECT 1" + key.from() + key.nulls() + " LIMIT 1").isEmpty()) {
      filters.add(filter(List.of(), true, false));
    }
    return filters;
  }

  private List<List<String>> keys(String sql) throws SQLException {
    return Queries.texts(connection, sql, 1);
  }

  private RowFilter filter(List<String> values, boolean nulls, boolean others) {
    return new RowFilter.Listed(new ListFilter(cut.column(), List.copyOf(values), nulls, others));
  }
}
