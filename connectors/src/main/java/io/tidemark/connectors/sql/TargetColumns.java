package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.Casts;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** How a source's columns become those of a target table. */
final class TargetColumns {

  private TargetColumns() {}

  /** The type without the null branch. */
  static Optional<Schema> present(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return Optional.of(schema);
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    return branches.size() == 1 ? Optional.of(branches.getFirst()) : Optional.empty();
  }

  /**
   * How values of a source's field become those of a column: exactly, or not at all.
   *
   * @throws IllegalArgumentException if none does; the message goes on behind the column's name
   */
  static Values.Converter converter(Schema from, SqlColumn to, Dialect dialect) {
    if (to.held().kind() == Held.Kind.NONE) {
      throw new IllegalArgumentException(
          "of the table is " + to.type() + ", which cannot be written");
    }
    Values.Converter last = dialect.converter(to);
    Casts.Cast cast = cast(from, to);
    return v -> last.convert(cast.apply(v));
  }

  private static Casts.Cast cast(Schema from, SqlColumn to) {
    Schema type =
        present(from)
            .orElseThrow(() -> new IllegalArgumentException("is a union of several types"));
    boolean nested =
        switch (type.getType()) {
          case RECORD, ARRAY, MAP -> true;
          default -> false;
        };
    if (nested && to.held().type().schema().getType() == Schema.Type.STRING) {
      return v -> GenericData.get().toString(v);
    }
    return Casts.of(type, to.held().type());
  }

  /**
   * The type of the source's i-th column in the dialect's words.
   *
   * @param words what {@link Dialect#words} says of the target
   * @return empty if there is none
   */
  static Optional<String> type(
      SourceShape source, int i, List<String> key, Dialect dialect, String words) {
    SourceShape.Column column = source.columns().get(i);
    Schema.Field field = source.schema().getFields().get(i);
    boolean same =
        dialect.keepsTypes()
            && words.equals(source.schema().getObjectProp(SourceShape.DIALECT))
            && field.getProp(SourceShape.CAST) == null;
    if (same) {
      return Optional.of(column.nativeType());
    }
    return present(field.schema())
        .flatMap(s -> dialect.type(s, key.contains(column.name()) ? key.size() : 0));
  }

  /**
   * {@code CREATE TABLE}: same names and types, NOT NULL as in the source, and the key: primary, or
   * unique where it may hold NULLs. No defaults, checks or other indexes.
   */
  static String create(
      TableName name, SourceShape source, List<String> key, Dialect dialect, String words) {
    List<String> parts = new ArrayList<>();
    Set<String> names = new HashSet<>();
    Set<String> nullable = new HashSet<>();
    for (int i = 0; i < source.columns().size(); i++) {
      SourceShape.Column c = source.columns().get(i);
      names.add(c.name());
      if (c.nullable()) {
        nullable.add(c.name());
      }
      parts.add(
          dialect.quote(c.name())
              + " "
              + type(source, i, key, dialect, words).orElseThrow()
              + (c.nullable() ? dialect.nullable() : " NOT NULL"));
    }
    if (!key.isEmpty() && names.containsAll(key)) {
      parts.add(
          (key.stream().anyMatch(nullable::contains) ? "UNIQUE" : "PRIMARY KEY")
              + key.stream().map(dialect::quote).collect(Collectors.joining(", ", " (", ")")));
    }
    return dialect.createTable()
        + dialect.sql(name)
        + " ("
        + String.join(", ", parts)
        + ")"
        + dialect.tableEnd(words);
  }
}
