package io.tidemark.connectors.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * SQL about the key of a table. The database compares, whatever the types and collations: keys
 * travel as their text forms and come back as typed literals. Columns stand with their table in
 * front, as {@code ORDER BY id} behind {@code SELECT id::text} would sort by the text.
 *
 * @param table the table
 * @param key its key columns, in key order
 * @param where the user's condition
 */
record KeySql(TableName table, List<PostgresTable.Column> key, Optional<String> where) {

  /**
   * Rows with {@code lower < key <= upper}; null: open. Rows with a NULL in the key are not. A
   * bound shorter than the key compares its first columns only.
   */
  String within(List<String> lower, List<String> upper) {
    List<String> conditions = new ArrayList<>();
    if (lower != null) {
      conditions.add(row(lower.size()) + " > " + literal(lower));
    }
    if (upper != null) {
      conditions.add(row(upper.size()) + " <= " + literal(upper));
    }
    // (1, NULL) > (0, 5) is true, so that a bound alone does not keep NULLs out.
    for (PostgresTable.Column c : key) {
      if (!c.notNull()) {
        conditions.add(column(c) + " IS NOT NULL");
      }
    }
    return and(conditions);
  }

  /** Rows that have a NULL in the key. */
  String nulls() {
    String any =
        key.stream()
            .filter(c -> !c.notNull())
            .map(c -> column(c) + " IS NULL")
            .collect(Collectors.joining(" OR "));
    return and(List.of(any.isEmpty() ? "FALSE" : "(" + any + ")"));
  }

  /** The same key of those rows only that meet one more condition. */
  KeySql only(String condition) {
    // The user's may end in a comment.
    String both = where.map(w -> "(" + w + "\n) AND " + condition).orElse(condition);
    return new KeySql(table, key, Optional.of(both));
  }

  /** Whether a key can hold a NULL at all. */
  boolean nullable() {
    return key.stream().anyMatch(c -> !c.notNull());
  }

  /** The n-th row's key behind {@code lower} and, with {@code limit} 2, the next one's. */
  String nth(List<String> lower, List<String> upper, long n, int limit) {
    return keys(within(lower, upper), "") + " OFFSET " + (n - 1) + " LIMIT " + limit;
  }

  /** The largest key. */
  String largest(List<String> lower) {
    return keys(within(lower, null), " DESC") + " LIMIT 1";
  }

  String from() {
    return " FROM " + table.sql();
  }

  private String keys(String condition, String direction) {
    return "SELECT "
        + key.stream().map(c -> column(c) + "::text").collect(Collectors.joining(", "))
        + from()
        + condition
        + order(direction);
  }

  /** Rows in the key's order. */
  String order() {
    return order("");
  }

  private String order(String direction) {
    return key.stream()
        .map(c -> column(c) + direction)
        .collect(Collectors.joining(", ", " ORDER BY ", ""));
  }

  private String and(List<String> conditions) {
    List<String> all = new ArrayList<>(conditions);
    // On a line of its own, for a condition may end in a comment.
    where.ifPresent(w -> all.add("(" + w + "\n)"));
    return all.isEmpty() ? "" : " WHERE " + String.join(" AND ", all);
  }

  private String column(PostgresTable.Column c) {
    return table.sql() + "." + Sql.ident(c.name());
  }

  // The first columns of the key.
  private String row(int size) {
    String columns = key.stream().limit(size).map(this::column).collect(Collectors.joining(", "));
    return size == 1 ? columns : "(" + columns + ")";
  }

  private String literal(List<String> texts) {
    if (texts.isEmpty() || texts.size() > key.size()) {
      throw new IllegalArgumentException(
          "a key of " + key.size() + " columns, but the bound " + texts);
    }
    List<String> literals = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      literals.add(Sql.literal(texts.get(i)) + "::" + key.get(i).type().name());
    }
    return texts.size() == 1 ? literals.get(0) : "(" + String.join(", ", literals) + ")";
  }
}
