package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.connectors.columns.TextValues;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Queries along a key. The database compares, whatever the types and collations: keys leave it as
 * values, travel as texts and come back as parameters. A key of several columns is compared column
 * by column, which every database finds in an index.
 *
 * @param table where rows are
 * @param key its key columns, in key order
 * @param where the user's condition
 */
record KeyRead(Dialect dialect, SqlTable table, List<SqlColumn> key, Optional<String> where) {

  /** The table's name in the queries, as a select list may name its columns anew. */
  private static final String ALIAS = "t";

  /** A query with the keys that are its parameters. */
  static final class Query {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    /** Sets the parameters. */
    void bind(PreparedStatement statement) throws SQLException {
      for (int i = 0; i < parameters.size(); i++) {
        statement.setObject(i + 1, parameters.get(i));
      }
    }

    @Override
    public String toString() {
      return sql.toString();
    }
  }

  /** The column in a select list. */
  String selected(SqlColumn column) {
    return column.held().select().replace("%s", named(column));
  }

  private String named(SqlColumn column) {
    return ALIAS + "." + dialect.quote(column.name());
  }

  /**
   * Rows with {@code lower < key <= upper}, in order of the key where a number of them is asked
   * for. Rows with a NULL in the key are none of them.
   *
   * @param lower null: open below
   * @param upper null: open above
   * @param offset rows to pass over
   * @param rows how many, or 0: all
   */
  Query within(String select, List<String> lower, List<String> upper, long offset, long rows) {
    Query query = from(select);
    String and = " WHERE ";
    if (lower != null) {
      and = add(query, and, () -> compare(query, lower, ">", ">"));
    }
    if (upper != null) {
      and = add(query, and, () -> compare(query, upper, "<", "<="));
    }
    for (SqlColumn c : key) {
      if (!c.notNull()) {
        and = add(query, and, () -> query.sql.append(named(c)).append(" IS NOT NULL"));
      }
    }
    condition(query, and);
    if (rows > 0) {
      query.sql.append(order("")).append(dialect.limit(offset, rows));
    }
    return query;
  }

  /** The largest key above {@code lower}. */
  Query largest(List<String> lower) {
    Query query = within(keys(), lower, null, 0, 0);
    query.sql.append(order(" DESC")).append(dialect.limit(0, 1));
    return query;
  }

  /** Rows that have a NULL in the key. */
  Query nulls(String select) {
    Query query = from(select);
    String any =
        key.stream()
            .filter(c -> !c.notNull())
            .map(c -> named(c) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    query.sql.append(" WHERE (").append(any.isEmpty() ? "1 = 0" : any).append(')');
    condition(query, " AND ");
    return query;
  }

  /** The select list that has the key. */
  String keys() {
    return key.stream().map(this::selected).collect(Collectors.joining(", "));
  }

  /** Whether a key can hold a NULL at all. */
  boolean nullable() {
    return key.stream().anyMatch(c -> !c.notNull());
  }

  /** The texts of the key of a row that begins with it. */
  List<String> texts(ResultSet row) throws SQLException, UnreadableException {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      values.add(dialect.reader(key.get(i)).read(row, i + 1));
    }
    return texts(values);
  }

  /** The texts of a key. */
  List<String> texts(List<Object> values) {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      texts.add(TextValues.printer(key.get(i).held().schema()).print(values.get(i)));
    }
    return texts;
  }

  private Query from(String select) {
    Query query = new Query();
    query
        .sql
        .append("SELECT ")
        .append(select)
        .append(" FROM ")
        .append(dialect.sql(table.name()))
        .append(" ")
        .append(ALIAS);
    return query;
  }

  private static String add(Query query, String and, Runnable condition) {
    query.sql.append(and);
    condition.run();
    return " AND ";
  }

  // On a line of its own, for it may end in a comment.
  private void condition(Query query, String and) {
    where.ifPresent(w -> query.sql.append(and).append("(").append(w).append("\n)"));
  }

  private String order(String direction) {
    return key.stream()
        .map(c -> named(c) + direction)
        .collect(Collectors.joining(", ", " ORDER BY ", ""));
  }

  // a >= ? AND (a > ? OR (a = ? AND b > ?)): the first tells where in the index to begin.
  private void compare(Query query, List<String> bound, String strict, String last) {
    if (bound.isEmpty() || bound.size() > key.size()) {
      throw new IllegalArgumentException(
          "a key of " + key.size() + " columns, but the bound " + bound);
    }
    if (bound.size() > 1) {
      term(query, 0, strict + "=", bound);
      query.sql.append(" AND (");
    }
    for (int i = 0; i < bound.size(); i++) {
      boolean end = i == bound.size() - 1;
      term(query, i, end ? last : strict, bound);
      if (!end) {
        query.sql.append(" OR (");
        term(query, i, "=", bound);
        query.sql.append(" AND ");
      }
    }
    query.sql.append(bound.size() > 1 ? ")".repeat(bound.size()) : "");
  }

  private void term(Query query, int i, String operator, List<String> bound) {
    SqlColumn column = key.get(i);
    ColumnType type = column.held().type();
    query.sql.append(named(column)).append(' ').append(operator).append(' ');
    query.sql.append(dialect.parameter(column));
    query.parameters.add(dialect.converter(column).convert(type.parse(bound.get(i))));
  }
}
