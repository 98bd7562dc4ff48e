package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.Sql;
import io.tidemark.connectors.sql.TableName;
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
    conditions.addAll(present());
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

  /** Rows whose tuple ids lie in [from, to), as {@link TupleId} numbers them. */
  String placed(long from, long to) {
    String ctid = table.sql() + ".ctid";
    return and(List.of(ctid + " >= " + TupleId.literal(from), ctid + " < " + TupleId.literal(to)));
  }

  /** Whether a key can hold a NULL at all. */
  boolean nullable() {
    return key.stream().anyMatch(c -> !c.notNull());
  }

  /** The n-th row's key behind {@code lower} and, with {@code limit} 2, the next one's. */
  String nth(List<String> lower, List<String> upper, long n, int limit) {
    return keys(within(lower, upper), "", " OFFSET " + (n - 1) + " LIMIT " + limit);
  }

  /** The largest key. */
  String largest(List<String> lower) {
    return keys(within(lower, null), " DESC", " LIMIT 1");
  }

  /** The smallest key. */
  String smallest() {
    return keys(within(null, null), "", " LIMIT 1");
  }

  /**
   * Cuts a sample of rows into parts of equal size. One row a part: the texts of its last key, the
   * sample's rows up to that key, those of them in odd sampled blocks, and whether it lies behind
   * {@code start}. A key is never cut, so there may be fewer parts. Sorts no more than the sample,
   * which stands for itself so that the database reads it block by block.
   *
   * @param start null: all do
   */
  String sampled(Sample sample, long parts, List<String> start) {
    List<String> columns = new ArrayList<>();
    List<String> names = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      names.add("k" + i);
      columns.add(column(key.get(i)) + " AS k" + i);
    }
    String all = String.join(", ", names);
    String texts = names.stream().map(n -> n + "::text").collect(Collectors.joining(", "));
    String behind =
        start == null ? "true" : (key.size() == 1 ? all : "(" + all + ")") + " > " + literal(start);
    return "WITH s AS MATERIALIZED (SELECT "
        + all
        + ", tidemark_blocks.b / "
        + sample.step()
        + " % 2 AS odd"
        + blocks(sample, String.join(", ", columns) + ", " + taken())
        + " WHERE x.taken"
        + "), r AS (SELECT "
        + all
        + ", row_number() OVER w AS i, rank() OVER w - 1 AS before, count(*) OVER w AS n,"
        + " sum(odd) OVER w AS odds, (SELECT count(*) FROM s) AS total FROM s WINDOW w AS (ORDER BY "
        + all
        + ")) SELECT "
        + texts
        + ", n, odds, "
        + behind
        + " FROM r WHERE i = n AND before * "
        + parts
        + " / total <> n * "
        + parts
        + " / total ORDER BY n";
  }

  /** How many rows the sample has, and how many of them have a key and meet the condition. */
  String sampledRows(Sample sample) {
    return "SELECT count(*), count(*) FILTER (WHERE x.taken)" + blocks(sample, taken());
  }

  // Looked at behind OFFSET 0: as a condition of the block's rows it might be met through an index,
  // once for each block.
  private String taken() {
    String taken = all(present());
    return (taken.isEmpty() ? "true" : "(" + taken + ")") + " AS taken";
  }

  /**
   * Rows to look at.
   *
   * @param blocks blocks of the table's largest file
   * @param step distance of the blocks that are read, in each file
   * @param lines rows of each block at most, as many as there are places for rows
   */
  record Sample(long blocks, long step, int lines) {}

  // By its full name, as the table may have a column b.
  private String tid(String comparison, String line) {
    return table.sql()
        + ".ctid"
        + comparison
        + "format('(%s,"
        + line
        + ")', tidemark_blocks.b)::tid";
  }

  // OFFSET 0 keeps the range of each block a range to be read, and no condition of a join.
  private String blocks(Sample sample, String columns) {
    return " FROM generate_series(0, "
        + Math.max(0, sample.blocks() - 1)
        + ", "
        + sample.step()
        + ") AS tidemark_blocks(b), LATERAL (SELECT "
        + columns
        + from()
        + " WHERE "
        + tid(" >= ", "1")
        + " AND "
        + tid(" <= ", Integer.toString(sample.lines()))
        + " OFFSET 0) AS x";
  }

  // (1, NULL) > (0, 5) is true, so that a bound alone does not keep NULLs out.
  private List<String> present() {
    List<String> conditions = new ArrayList<>();
    for (PostgresTable.Column c : key) {
      if (!c.notNull()) {
        conditions.add(column(c) + " IS NOT NULL");
      }
    }
    return conditions;
  }

  String from() {
    return " FROM " + table.sql();
  }

  // What is passed over is not turned into text.
  private String keys(String condition, String order, String limit) {
    List<String> texts = new ArrayList<>();
    List<String> columns = new ArrayList<>();
    for (int i = 0; i < key.size(); i++) {
      texts.add("k" + i + "::text");
      columns.add(column(key.get(i)) + " AS k" + i);
    }
    return "SELECT "
        + String.join(", ", texts)
        + " FROM (SELECT "
        + String.join(", ", columns)
        + from()
        + condition
        + order(order)
        + limit
        + ") AS k";
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
    String all = all(conditions);
    return all.isEmpty() ? "" : " WHERE " + all;
  }

  private String all(List<String> conditions) {
    List<String> all = new ArrayList<>(conditions);
    // On a line of its own, for a condition may end in a comment.
    where.ifPresent(w -> all.add("(" + w + "\n)"));
    return String.join(" AND ", all);
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
