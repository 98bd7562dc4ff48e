package io.tidemark.connectors.transform;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.Casts;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.columns.TextValues;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.spec.TransformSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A spec's transform, fitted to a source.
 *
 * @param shape what rows are behind it
 * @param changes one for each column, empty where values stay as they are
 */
record Transform(SourceShape shape, List<Optional<Change>> changes) {

  /**
   * A column whose values change.
   *
   * @param column its name at the source
   * @param type its new type, as the spec has it
   * @param printer shows a value that cannot be cast
   */
  record Change(String column, String type, Casts.Cast cast, TextValues.Printer printer) {}

  /**
   * @throws TaskException FATAL, naming every rename and cast that cannot be
   */
  static Transform of(SourceShape source, TransformSettings settings) throws TaskException {
    List<String> names = source.columns().stream().map(SourceShape.Column::name).toList();
    List<String> problems = new ArrayList<>();
    unknown("rename", settings.rename(), names, problems);
    unknown("cast", settings.cast(), names, problems);
    List<String> renamed = names.stream().map(n -> settings.rename().getOrDefault(n, n)).toList();
    collisions(names, renamed, problems);
    Map<String, ColumnType> types = types(settings, problems);
    List<Optional<Change>> changes = new ArrayList<>();
    List<Schema.Field> fields = new ArrayList<>();
    List<SourceShape.Column> columns = new ArrayList<>();
    List<String> legal = AvroNames.of(renamed);
    for (int i = 0; i < names.size(); i++) {
      Schema.Field from = source.schema().getFields().get(i);
      SourceShape.Column column = source.columns().get(i);
      ColumnType type = types.get(names.get(i));
      Optional<Change> change =
          type == null ? Optional.empty() : change(names.get(i), from.schema(), type, problems);
      changes.add(change);
      Schema.Field to = field(legal.get(i), renamed.get(i), from, type);
      fields.add(to);
      columns.add(
          new SourceShape.Column(
              renamed.get(i),
              type == null ? column.nativeType() : to.schema().toString(),
              column.nullable()));
    }
    if (!problems.isEmpty()) {
      throw TaskException.fatal(
          "transform: "
              + (problems.size() == 1 ? "" : problems.size() + " problems: ")
              + String.join("; ", problems));
    }
    List<String> key =
        source.key().stream().map(k -> settings.rename().getOrDefault(k, k)).toList();
    return new Transform(
        new SourceShape(source.name(), record(source.schema(), fields), columns, key),
        List.copyOf(changes));
  }

  private static void unknown(
      String setting, Map<String, String> given, List<String> names, List<String> problems) {
    for (String column : given.keySet()) {
      if (!names.contains(column)) {
        problems.add(
            setting
                + ": the source has no column '"
                + column
                + "'"
                + NearNames.hint(column, names));
      }
    }
  }

  private static void collisions(List<String> names, List<String> renamed, List<String> problems) {
    Map<String, String> owners = new HashMap<>();
    for (int i = 0; i < names.size(); i++) {
      String other = owners.putIfAbsent(renamed.get(i), names.get(i));
      if (other != null) {
        problems.add(
            "rename: columns '%s' and '%s' would both be '%s'"
                .formatted(other, names.get(i), renamed.get(i)));
      }
    }
  }

  private static Map<String, ColumnType> types(TransformSettings settings, List<String> problems) {
    Map<String, ColumnType> types = new HashMap<>();
    settings
        .cast()
        .forEach(
            (column, name) -> {
              try {
                types.put(column, ColumnType.of(name));
              } catch (IllegalArgumentException e) {
                problems.add("cast: column '" + column + "': " + e.getMessage());
              }
            });
    return types;
  }

  private static Optional<Change> change(
      String column, Schema from, ColumnType type, List<String> problems) {
    try {
      return Optional.of(
          new Change(column, type.name(), Casts.of(from, type), TextValues.printer(from)));
    } catch (IllegalArgumentException e) {
      problems.add("cast: column '" + column + "' " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Schema.Field field(
      String name, String column, Schema.Field from, ColumnType type) {
    Schema schema = type == null ? from.schema() : type.schema();
    if (type != null && from.schema().isNullable()) {
      schema = Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
    }
    Schema.Field field =
        schema.isUnion() && schema.getTypes().getFirst().getType() == Schema.Type.NULL
            ? new Schema.Field(name, schema, from.doc(), Schema.Field.NULL_DEFAULT_VALUE)
            : new Schema.Field(name, schema, from.doc());
    from.getObjectProps().entrySet().stream()
        .filter(p -> !p.getKey().equals(AvroNames.COLUMN))
        .forEach(p -> field.addProp(p.getKey(), p.getValue()));
    if (type != null) {
      field.addProp(SourceShape.CAST, from.schema().toString());
    }
    return AvroNames.marked(field, column);
  }

  private static Schema record(Schema from, List<Schema.Field> fields) {
    Schema schema =
        Schema.createRecord(from.getName(), from.getDoc(), from.getNamespace(), false, fields);
    from.getObjectProps().forEach(schema::addProp);
    return schema;
  }
}
