package io.tidemark.connectors.kafka;

import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.kafka.SourceSettings.Tombstones;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Makes rows of records: columns of the value, then those of the {@link Part}s asked for. */
final class RowReader {

  private final ValueReader value;
  private final KeyFormat keyFormat;
  private final Tombstones tombstones;
  private final List<Part> parts;
  private final Schema schema;

  /**
   * @throws TaskException FATAL if two columns have one name
   */
  RowReader(SourceSettings settings, ValueReader value) throws TaskException {
    this.value = value;
    this.keyFormat = settings.keyFormat();
    this.tombstones = settings.tombstones();
    Map<Part, String> columns = settings.parts();
    this.parts = List.copyOf(columns.keySet());
    List<Schema.Field> fields = new ArrayList<>();
    value.fields().forEach(f -> fields.add(nullable(f)));
    for (Part part : parts) {
      fields.add(field(part, columns.get(part)));
    }
    Set<String> names = new HashSet<>();
    for (Schema.Field f : fields) {
      if (!names.add(f.name())) {
        throw TaskException.fatal(
            settings.endpoint().where()
                + ": two columns are called '"
                + AvroNames.column(f)
                + "'; rename one of them under source.kafka.columns, such as {"
                + Part.of(f).map(Part::word).orElse("key")
                + ": another_name}");
      }
    }
    this.schema = Schema.createRecord("row", null, ValueReader.NAMESPACE, false, fields);
  }

  Schema schema() {
    return schema;
  }

  /** Whether a record is left out: neither a row nor an error. */
  boolean skips(ConsumerRecord<byte[], byte[]> record) {
    return record.value() == null && tombstones == Tombstones.SKIP;
  }

  /** The row. */
  GenericRecord row(ConsumerRecord<byte[], byte[]> record) throws BadValueException {
    GenericData.Record row = new GenericData.Record(schema);
    if (record.value() != null) {
      value.read(record.value(), row);
    } else if (tombstones == Tombstones.REFUSE) {
      throw new BadValueException(
          "has no value: it is a tombstone; source.kafka.tombstones: keep makes it a row of NULLs,"
              + " skip leaves it out");
    }
    int at = value.fields().size();
    for (Part part : parts) {
      row.put(at++, part(part, record));
    }
    return row;
  }

  private Object part(Part part, ConsumerRecord<byte[], byte[]> record) throws BadValueException {
    return switch (part) {
      case KEY -> record.key() == null ? null : keyFormat.read(record.key());
      case TIMESTAMP -> record.timestamp() < 0 ? null : record.timestamp();
      case HEADERS -> Headers.text(record.headers());
      case PARTITION -> record.partition();
      case OFFSET -> record.offset();
    };
  }

  // A tombstone is a row whose values are NULL.
  private Schema.Field nullable(Schema.Field field) {
    if (tombstones != Tombstones.KEEP || field.schema().isNullable()) {
      return field;
    }
    List<Schema> branches = new ArrayList<>(List.of(Schema.create(Schema.Type.NULL)));
    branches.addAll(field.schema().isUnion() ? field.schema().getTypes() : List.of(field.schema()));
    Schema.Field made =
        new Schema.Field(
            field.name(),
            Schema.createUnion(branches),
            field.doc(),
            Schema.Field.NULL_DEFAULT_VALUE);
    field.getObjectProps().forEach(made::addProp);
    return made;
  }

  private Schema.Field field(Part part, String column) {
    String name = AvroNames.of(List.of(column)).getFirst();
    Schema.Field field =
        switch (part) {
          case KEY -> AvroNames.nullable(name, column, Schema.create(keyFormat.type));
          case TIMESTAMP ->
              AvroNames.nullable(
                  name,
                  column,
                  LogicalTypes.timestampMillis().addToSchema(Schema.create(Schema.Type.LONG)));
          case HEADERS -> AvroNames.nullable(name, column, Schema.create(Schema.Type.STRING));
          case PARTITION ->
              AvroNames.marked(new Schema.Field(name, Schema.create(Schema.Type.INT)), column);
          case OFFSET ->
              AvroNames.marked(new Schema.Field(name, Schema.create(Schema.Type.LONG)), column);
        };
    field.addProp(Part.PROPERTY, part.word());
    if (part == Part.KEY) {
      field.addProp(Part.KEY_FORMAT, Settings.word(keyFormat));
    }
    return field;
  }
}
