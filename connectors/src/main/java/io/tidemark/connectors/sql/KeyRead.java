package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.TextValues;
import io.tidemark.core.lifecycle.RowFilter;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
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
 * @param filter which of these rows; empty: all
 */
record KeyRead(
    Dialect dialect,
    SqlTable table,
    List<SqlColumn> key,
    Optional<String> where,
    Optional<RowFilter> filter) {

  /** The table's name in the queries, as a select list may name its columns anew. */
  private static final String ALIAS = "t";

  /** A query with the keys that are its parameters. */
  static final class Query {
    private final StringBuilder sql = new StringBuilder();
    private final List<Object> parameters = new ArrayList<>();

    Query add(String text) {
      sql.append(text);
      return this;
    }

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

  /** The same key of those rows only that pass a filter. */
  KeyRead only(RowFilter passed) {
    return new KeyRead(dialect, table, key, where, Optional.of(passed));
  }

  String named(SqlColumn column) {
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
    condition(query, bounded(query, lower, upper));
    if (rows > 0) {
      query.add(order("")).add(dialect.limit(offset, rows));
    }
    return query;
  }

  // Returns what the next condition begins with.
  private String bounded(Query query, List<String> lower, List<String> upper) {
    String and = " WHERE ";
    if (lower != null) {
      and = add(query, and, () -> compare(query, lower, ">", ">"));
    }
    if (upper != null) {
      and = add(query, and, () -> compare(query, upper, "<", "<="));
    }
    for (SqlColumn c : key) {
      if (!c.notNull()) {
        and = add(query, and, () -> query.add(named(c) + " IS NOT NULL"));
      }
    }
    return and;
  }

  /**
   * The largest key above {@code lower}.
   *
   * @param below what its first column is less than; null: open
   */
  Query largest(List<String> lower, String below) {
    Query query = from(keys());
    String and = bounded(query, lower, null);
    if (below != null) {
      and = add(query, and, () -> term(query, 0, "<", List.of(below)));
    }
    condition(query, and);
    return query.add(order(" DESC")).add(dialect.limit(0, 1));
  }

  /**
   * The different values of a key of one column, in its order where it has one.
   *
   * @param behind a value; null: from the first one
   */
  Query distinct(String behind, long most) {
    SqlColumn column = key.getFirst();
    boolean ordered = column.held().ordered();
    List<String> lower = behind == null || !ordered ? null : List.of(behind);
    Query query = within("DISTINCT " + named(column), lower, null, 0, 0);
    query.add(ordered ? order("") : "").add(dialect.limit(0, most));
    query.sql.insert(0, "SELECT " + keys() + " FROM (");
    return query.add(") " + ALIAS).add(ordered ? order("") : "");
  }

  /** Numbers of the first and the last of those values of the key's one column that are equal. */
  Query equal(List<String> texts) {
    SqlColumn column = key.getFirst();
    Query query = new Query();
    query
        .add("SELECT min(t.i), max(t.i) FROM (SELECT ")
        .add(named(column) + " AS v, 0 AS i" + from() + " WHERE 1 = 0 UNION ALL ")
        .add(dialect.numbered(column, texts.size()))
        .add(") t GROUP BY t.v HAVING count(*) > 1");
    texts.forEach(t -> query.parameters.add(parameter(column, t)));
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
    query.add(" WHERE (" + (any.isEmpty() ? "1 = 0" : any) + ")");
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
    return new Query().add("SELECT " + select + from());
  }

  private String from() {
    return " FROM " + dialect.sql(table.name()) + " " + ALIAS;
  }

  private static String add(Query query, String and, Runnable condition) {
    query.add(and);
    condition.run();
    return " AND ";
  }

  // On a line of its own, for it may end in a comment.
  private void condition(Query query, String and) {
    where.ifPresent(w -> query.add(and + "(" + w + "\n)"));
    filter.ifPresent(f -> new SqlFilter(this).add(query.add(where.isPresent() ? " AND " : and), f));
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
      query.add(" AND (");
    }
    for (int i = 0; i < bound.size(); i++) {
      boolean end = i == bound.size() - 1;
      term(query, i, end ? last : strict, bound);
      if (!end) {
        query.add(" OR (");
        term(query, i, "=", bound);
        query.add(" AND ");
      }
    }
    query.add(bound.size() > 1 ? ")".repeat(bound.size()) : "");
  }

  private void term(Query query, int i, String operator, List<String> bound) {
    SqlColumn column = key.get(i);
    value(query.add(named(column) + " " + operator + " "), column, bound.get(i));
  }

  /** A value of a column, by its text. */
  void value(Query query, SqlColumn column, String text) {
    query.add(dialect.parameter(column)).parameters.add(parameter(column, text));
  }

  /**
   * The text that a value of a column has on its way.
   *
   * @throws IllegalArgumentException if the column cannot hold it
   * @throws ArithmeticException likewise
   * @throws DateTimeException likewise
   */
  String canonical(SqlColumn column, String text) {
    Object value = column.held().type().parse(text);
    if (dialect.converter(column).convert(value) == null) {
      throw new IllegalArgumentException("is NULL there");
    }
    return TextValues.printer(column.held().schema()).print(value);
  }

  private Object parameter(SqlColumn column, String text) {
    return dialect.converter(column).convert(column.held().type().parse(text));
  }
}
