package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;

/** Makes records of rows. Used by one thread at a time. */
final class RowWriter {

  private static final long MICROS = 1_000;
  private static final long NANOS = 1_000_000;

  private final String topic;
  private final ValueWriter value;
  private final ValueWriter key;
  private final List<HeaderColumn> headers;
  private final Schema.Field timestamp;
  private final Schema.Field partition;
  private final int partitions;

  private record HeaderColumn(Schema.Field field, ValueWriter text) {}

  /** Finds the columns of a source that a spec names, and what is wrong with them. */
  private static final class Columns {
    private final SourceShape shape;
    private final List<String> misfits = new ArrayList<>();

    Columns(SourceShape shape) {
      this.shape = shape;
    }

    Optional<Schema.Field> named(String setting, String column) {
      for (Schema.Field field : shape.schema().getFields()) {
        if (AvroNames.column(field).equals(column)) {
          return Optional.of(field);
        }
      }
      misfits.add(
          "sink.kafka."
              + setting
              + ": there is no column '"
              + column
              + "'"
              + NearNames.hint(
                  column, shape.columns().stream().map(SourceShape.Column::name).toList()));
      return Optional.empty();
    }

    List<Schema.Field> named(String setting, List<String> columns) {
      return columns.stream().flatMap(c -> named(setting, c).stream()).toList();
    }

    Optional<Schema.Field> marked(Part part) {
      return shape.schema().getFields().stream()
          .filter(f -> Part.of(f).filter(p -> p == part).isPresent())
          .findFirst();
    }

    List<Schema.Field> unmarked() {
      return shape.schema().getFields().stream().filter(f -> Part.of(f).isEmpty()).toList();
    }

    /** What the maker makes; null, and a line more to tell, if it cannot. */
    ValueWriter writer(String setting, Making maker) {
      try {
        return maker.make();
      } catch (IllegalArgumentException e) {
        misfits.add("sink.kafka." + setting + ": " + e.getMessage());
        return null;
      }
    }
  }

  private interface Making {
    ValueWriter make();
  }

  /**
   * @param partitions Kafka partitions that the topic has
   * @param values makes the writer of values, given their columns
   * @throws TaskException FATAL, naming all columns that do not fit and why
   */
  RowWriter(SinkSettings settings, SourceShape shape, int partitions, ValueWriter.OfFields values)
      throws TaskException {
    Columns columns = new Columns(shape);
    this.partitions = partitions;
    this.topic = settings.endpoint().topic();
    List<Schema.Field> valueFields =
        settings.columns().isEmpty()
            ? columns.unmarked()
            : columns.named("columns", settings.columns());
    this.value = columns.writer("format", () -> values.of(valueFields));
    this.key = key(settings, columns);
    this.headers = headers(settings, columns);
    this.timestamp =
        settings.timestamp().isEmpty()
            ? columns.marked(Part.TIMESTAMP).orElse(null)
            : columns.named("timestamp", settings.timestamp().get()).orElse(null);
    if (timestamp != null && perMilli(timestamp) == 0) {
      columns.misfits.add(
          "sink.kafka.timestamp: column '"
              + AvroNames.column(timestamp)
              + "' is no timestamp with a time zone; cast it to timestamptz");
    }
    this.partition =
        settings.partition().isEmpty()
            ? null
            : columns.named("partition", settings.partition().get()).orElse(null);
    if (partition != null
        && !List.of(Schema.Type.INT, Schema.Type.LONG).contains(present(partition).getType())) {
      columns.misfits.add(
          "sink.kafka.partition: column '" + AvroNames.column(partition) + "' is no int or long");
    }
    if (!columns.misfits.isEmpty()) {
      throw TaskException.fatal(
          shape.name()
              + " cannot be written to topic "
              + topic
              + ": "
              + String.join("; ", columns.misfits));
    }
  }

  private static ValueWriter key(SinkSettings settings, Columns columns) {
    List<Schema.Field> fields =
        settings.key().isEmpty()
            ? columns.marked(Part.KEY).map(List::of).orElse(List.of())
            : columns.named("key", settings.key());
    if (fields.isEmpty()) {
      return null;
    }
    String read = fields.getFirst().getProp(Part.KEY_FORMAT);
    KeyFormat format =
        settings
            .keyFormat()
            .orElseGet(
                () -> {
                  if (fields.size() > 1) {
                    return KeyFormat.JSON;
                  }
                  if (read != null) {
                    return KeyFormat.valueOf(read.toUpperCase(Locale.ROOT));
                  }
                  return present(fields.getFirst()).getType() == Schema.Type.BYTES
                      ? KeyFormat.BYTES
                      : KeyFormat.STRING;
                });
    return columns.writer(
        "key",
        () ->
            switch (format) {
              case STRING -> ValueWriter.text(fields);
              case BYTES -> ValueWriter.bytes(fields);
              case INT -> ValueWriter.number(fields, Integer.BYTES);
              case LONG -> ValueWriter.number(fields, Long.BYTES);
              case JSON -> ValueWriter.json(fields);
            });
  }

  private static List<HeaderColumn> headers(SinkSettings settings, Columns columns) {
    List<Schema.Field> fields =
        settings.headers().isEmpty()
            ? columns.marked(Part.HEADERS).map(List::of).orElse(List.of())
            : columns.named("headers", settings.headers());
    List<HeaderColumn> headers = new ArrayList<>();
    for (Schema.Field field : fields) {
      boolean all = Part.of(field).filter(p -> p == Part.HEADERS).isPresent();
      if (all && present(field).getType() != Schema.Type.STRING) {
        columns.misfits.add(
            "sink.kafka.headers: column '" + AvroNames.column(field) + "' is no text any more");
      }
      headers.add(
          new HeaderColumn(
              field,
              all ? null : columns.writer("headers", () -> ValueWriter.plain(List.of(field)))));
    }
    return headers;
  }

  private static Schema present(Schema.Field field) {
    return ValueWriter.present(field);
  }

  /** Whether records have keys. */
  boolean keyed() {
    return key != null;
  }

  /**
   * The record of a row.
   *
   * @throws BadValueException if a value has no form in a record
   */
  ProducerRecord<byte[], byte[]> record(IndexedRecord row) throws BadValueException {
    return new ProducerRecord<>(
        topic,
        partition(row),
        timestamp(row),
        key == null ? null : key.write(row),
        value.write(row),
        headersOf(row));
  }

  private List<Header> headersOf(IndexedRecord row) throws BadValueException {
    if (headers.isEmpty()) {
      return List.of();
    }
    List<Header> all = new ArrayList<>();
    for (HeaderColumn column : headers) {
      Object given = row.get(column.field().pos());
      if (column.text() == null) {
        all.addAll(Headers.of((CharSequence) given));
      } else if (given != null) {
        all.add(new RecordHeader(AvroNames.column(column.field()), column.text().write(row)));
      }
    }
    return all;
  }

  private Long timestamp(IndexedRecord row) throws BadValueException {
    Object given = timestamp == null ? null : row.get(timestamp.pos());
    if (given == null) {
      return null;
    }
    long at = (Long) given;
    if (at < 0 || at == Long.MAX_VALUE) {
      throw BadValueException.of(
          AvroNames.column(timestamp),
          "holds a time that no record can have: before 1970, or infinity");
    }
    return at / perMilli(timestamp);
  }

  /** Units of a timestamp column in a millisecond; 0: it is none. */
  private static long perMilli(Schema.Field field) {
    LogicalType type = present(field).getLogicalType();
    return switch (type) {
      case LogicalTypes.TimestampMillis t -> 1;
      case LogicalTypes.TimestampMicros t -> MICROS;
      case LogicalTypes.TimestampNanos t -> NANOS;
      case null, default -> 0;
    };
  }

  private Integer partition(IndexedRecord row) throws BadValueException {
    Object given = partition == null ? null : row.get(partition.pos());
    if (given == null) {
      return null;
    }
    long number = ((Number) given).longValue();
    // The producer would wait for such a partition to appear.
    if (number < 0 || number >= partitions) {
      throw BadValueException.of(
          AvroNames.column(partition),
          "holds "
              + number
              + ", which is no Kafka partition: the topic has "
              + partitions
              + ", counted from 0; add some, or let dead letters take the row");
    }
    return (int) number;
  }
}
