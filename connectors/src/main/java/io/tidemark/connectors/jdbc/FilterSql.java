package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.Sql;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.schemas.avro.HashFilter;
import io.tidemark.schemas.avro.ListFilter;
import java.util.List;
import java.util.stream.Collectors;

/**
 * SQL conditions of filters. Each is true or false for every row, never NULL, so that those of a
 * list with its others, and those of all buckets, let each row through once.
 *
 * @param columns the columns that filters may name
 */
record FilterSql(TableName table, List<PostgresTable.Column> columns) {

  String condition(RowFilter filter) {
    return switch (filter) {
      case RowFilter.Listed l -> listed(l.filter());
      case RowFilter.Hashed h -> hashed(h.filter());
    };
  }

  private String listed(ListFilter filter) {
    PostgresTable.Column found = found(filter.getColumn());
    String column = name(found);
    String values =
        filter.getValues().stream()
            .map(v -> value(v, found.type()))
            .collect(Collectors.joining(", "));
    String isNull = column + " IS NULL";
    String notNull = column + " IS NOT NULL";
    if (values.isEmpty()) {
      return filter.getNulls()
          ? (filter.getOthers() ? notNull : isNull)
          : (filter.getOthers() ? "TRUE" : "FALSE");
    }
    if (filter.getOthers()) {
      String others = column + " NOT IN (" + values + ")";
      return filter.getNulls() ? notNull + " AND " + others : "(" + isNull + " OR " + others + ")";
    }
    String equal =
        filter.getValues().size() == 1 ? column + " = " + values : column + " IN (" + values + ")";
    return filter.getNulls() ? "(" + isNull + " OR " + equal + ")" : notNull + " AND " + equal;
  }

  /**
   * The first 32 bits of the MD5 of the values' texts, modulo the buckets. No function of the
   * server's own for hash tables, as those may change from version to version. Quoted, so that no
   * two lists of values read the same.
   */
  private String hashed(HashFilter filter) {
    String texts =
        filter.getColumns().stream()
            .map(c -> "quote_nullable(" + name(found(c)) + "::text)")
            .collect(Collectors.joining(" || ',' || "));
    return "('x' || left(md5("
        + texts
        + "), 8))::bit(32)::bigint % "
        + filter.getBuckets()
        + " = "
        + filter.getBucket();
  }

  /** A value as a literal, neither cut short nor rounded to what the column can hold. */
  static String value(String text, PostgresType type) {
    return Sql.literal(text)
        + "::"
        + (type.base().isEmpty() ? type.name() : "pg_catalog." + Sql.ident(type.base()));
  }

  private PostgresTable.Column found(String name) {
    return columns.stream()
        .filter(c -> c.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("a filter by an unknown column: " + name));
  }

  private String name(PostgresTable.Column column) {
    return table.sql() + "." + Sql.ident(column.name());
  }
}
