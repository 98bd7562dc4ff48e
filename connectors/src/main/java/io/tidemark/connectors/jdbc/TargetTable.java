package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.retry.TaskException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What a target table looks like that is made from a source's columns. */
final class TargetTable {

  private TargetTable() {}

  /** The type of the source's i-th column in PostgreSQL's words. */
  static String type(SourceShape source, int i) throws TaskException {
    boolean native_ =
        PostgresAvro.POSTGRESQL.equals(source.schema().getObjectProp(SourceShape.DIALECT))
            && source.schema().getFields().get(i).getProp(SourceShape.CAST) == null;
    return native_
        ? source.columns().get(i).nativeType()
        : AvroPostgres.type(
            source.columns().get(i).name(), source.schema().getFields().get(i).schema());
  }

  /**
   * {@code CREATE}: same names and types, NOT NULL as in the source, and the key: primary, or
   * unique where it may hold NULLs. No defaults, checks, collations or other indexes.
   *
   * @param name quoted, with what stands before it
   */
  static String create(String name, SourceShape source, List<String> key) throws TaskException {
    StringBuilder sql = new StringBuilder("CREATE ").append(name).append(" (");
    Set<String> nullable = new HashSet<>();
    Set<String> names = new HashSet<>();
    for (int i = 0; i < source.columns().size(); i++) {
      SourceShape.Column c = source.columns().get(i);
      names.add(c.name());
      if (c.nullable()) {
        nullable.add(c.name());
      }
      sql.append(i == 0 ? "" : ", ")
          .append(Sql.ident(c.name()))
          .append(' ')
          .append(type(source, i))
          .append(c.nullable() ? "" : " NOT NULL");
    }
    if (!key.isEmpty() && names.containsAll(key)) {
      sql.append(key.stream().anyMatch(nullable::contains) ? ", UNIQUE" : ", PRIMARY KEY")
          .append(key.stream().map(Sql::ident).collect(Collectors.joining(", ", " (", ")")));
    }
    return sql.append(')').toString();
  }
}
