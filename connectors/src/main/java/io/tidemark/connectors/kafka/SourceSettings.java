package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.ColumnType;
import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.core.plan.TimeWindows;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a spec says of a topic to read.
 *
 * @param types of json: declared columns, in the order of the spec
 * @param avro of avro: how values are written, and with what
 * @param parts names of the parts that are columns, in their order
 */
record SourceSettings(
    KafkaEndpoint endpoint,
    Format format,
    Map<String, ColumnType> types,
    Optional<AvroSettings> avro,
    String valueColumn,
    KeyFormat keyFormat,
    Map<Part, String> parts,
    Tombstones tombstones,
    Cut cut) {

  /** What values are. */
  enum Format {
    AVRO,
    JSON,
    STRING,
    BYTES
  }

  /** What becomes of records without a value. */
  enum Tombstones {
    /** They are bad records. */
    REFUSE,
    /** They are rows whose values are NULL. */
    KEEP,
    /** They are left out. */
    SKIP
  }

  /** Where a Kafka partition is cut. */
  sealed interface Cut {

    /** Every so many offsets, counted from 0. */
    record ByOffset(long records) implements Cut {}

    /** At the first record of each window. */
    record ByTime(TimeWindows windows, String told) implements Cut {}
  }

  private static final long DEFAULT_RECORDS = 500_000;

  static SourceSettings of(JsonNode config, JsonNode partition) throws TaskException {
    Format format =
        Settings.oneOf(
            Format.class, Side.SOURCE, "format", Settings.text(config, Side.SOURCE, "format"));
    boolean plain = format == Format.STRING || format == Format.BYTES;
    if (plain && config.has("schema")) {
      throw TaskException.fatal(
          "source.kafka.schema: means nothing for format " + Settings.word(format));
    }
    Map<String, ColumnType> types = Map.of();
    if (format == Format.JSON) {
      types = types(config.path("schema"));
    }
    KeyFormat keyFormat = keyFormat(config);
    return new SourceSettings(
        KafkaEndpoint.of(Side.SOURCE, config),
        format,
        types,
        format == Format.AVRO
            ? Optional.of(AvroSettings.of(config, Side.SOURCE))
            : Optional.empty(),
        config.path("columns").path("value").asText("value"),
        keyFormat,
        parts(config.path("columns")),
        Settings.oneOf(
            Tombstones.class,
            Side.SOURCE,
            "tombstones",
            Settings.optional(config, "tombstones").orElse(plain ? "keep" : "refuse")),
        cut(partition));
  }

  private static KeyFormat keyFormat(JsonNode config) throws TaskException {
    KeyFormat format =
        Settings.oneOf(
            KeyFormat.class,
            Side.SOURCE,
            "keyFormat",
            Settings.optional(config, "keyFormat").orElse("string"));
    if (format == KeyFormat.JSON) {
      throw TaskException.fatal(
          "source.kafka.keyFormat: keys are read as string, bytes, int or long; a key in JSON is a"
              + " string");
    }
    return format;
  }

  private static Map<String, ColumnType> types(JsonNode schema) throws TaskException {
    if (schema.isEmpty()) {
      throw TaskException.fatal(
          "source.kafka.schema: is missing; for json it gives each column's type, such as {id:"
              + " long}");
    }
    Map<String, ColumnType> types = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> e : schema.properties()) {
      try {
        types.put(e.getKey(), ColumnType.of(e.getValue().asText()));
      } catch (IllegalArgumentException x) {
        throw new TaskException(
            FailureKind.FATAL,
            "",
            "source.kafka.schema: column '" + e.getKey() + "': " + x.getMessage(),
            x);
      }
    }
    return Collections.unmodifiableMap(types);
  }

  private static Map<Part, String> parts(JsonNode columns) {
    Map<Part, String> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      JsonNode given = columns.path(part.word());
      if (given.isTextual()) {
        parts.put(part, given.asText());
      } else if (given.asBoolean(true)) {
        parts.put(part, part.column());
      }
    }
    return Collections.unmodifiableMap(parts);
  }

  private static Cut cut(JsonNode partition) throws TaskException {
    String way =
        partition == null || partition.isEmpty() ? "offset" : partition.fieldNames().next();
    return switch (way) {
      case "offset" -> {
        long records =
            partition == null
                ? DEFAULT_RECORDS
                : partition.path(way).path("records").asLong(DEFAULT_RECORDS);
        if (records < 1) {
          throw TaskException.fatal("partition.offset.records: must be at least 1");
        }
        yield new Cut.ByOffset(records);
      }
      case "time" -> byTime(partition.path(way));
      default ->
          throw TaskException.fatal(
              "partition: a topic is cut by 'offset' or 'time', not by '"
                  + way
                  + "'; write {offset: {records: "
                  + DEFAULT_RECORDS
                  + "}}");
    };
  }

  private static Cut byTime(JsonNode given) throws TaskException {
    if (given.has("column") || given.path("tail").asBoolean()) {
      throw TaskException.fatal(
          "partition.time: a topic is cut by its records' timestamps, up to where it ends when it is"
              + " planned; leave out column and tail");
    }
    String step = given.path("step").asText();
    String zone = given.path("zone").asText("UTC");
    try {
      return new Cut.ByTime(TimeWindows.of(step, ZoneId.of(zone)), step + " (" + zone + ")");
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new TaskException(FailureKind.FATAL, "", "partition.time: " + e.getMessage(), e);
    }
  }
}
