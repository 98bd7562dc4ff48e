package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.chrono.IsoEra;
import java.time.temporal.ChronoField;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** Avro's types and values in PostgreSQL's words; the way back of {@link PostgresAvro}. */
final class AvroPostgres {

  private static final long DAY_MICROS = 86_400_000_000L;

  private AvroPostgres() {}

  /** A value that is not null, as the text that its type's input function reads. */
  interface Encoder {
    CharSequence text(Object value);
  }

  /** The type without the null branch. */
  static Schema present(String column, Schema schema) throws TaskException {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    if (branches.size() != 1) {
      throw unknown(column, schema);
    }
    return branches.get(0);
  }

  /**
   * The column type that holds such values.
   *
   * @param column its column, for the message
   * @throws TaskException FATAL if there is none
   */
  static String type(String column, Schema schema) throws TaskException {
    Schema s = present(column, schema);
    LogicalType logical = s.getLogicalType();
    if (logical instanceof LogicalTypes.Decimal d) {
      return "numeric(" + d.getPrecision() + "," + d.getScale() + ")";
    }
    String name = logical == null ? "" : logical.getName();
    return switch (name) {
      case "date" -> "date";
      case "time-millis", "time-micros" -> "time without time zone";
      case "timestamp-millis", "timestamp-micros", "timestamp-nanos" -> "timestamp with time zone";
      case "local-timestamp-millis", "local-timestamp-micros", "local-timestamp-nanos" ->
          "timestamp without time zone";
      case "uuid" -> "uuid";
      case "" ->
          switch (s.getType()) {
            case BOOLEAN -> "boolean";
            case INT -> "integer";
            case LONG -> "bigint";
            case FLOAT -> "real";
            case DOUBLE -> "double precision";
            case BYTES, FIXED -> "bytea";
            case STRING, ENUM -> "text";
            case ARRAY, MAP, RECORD -> "jsonb";
            case NULL, UNION -> throw unknown(column, s);
          };
      default -> throw unknown(column, s);
    };
  }

  /**
   * Writes such values. Its {@link ArithmeticException} says that a value is not one that the
   * column type can hold.
   *
   * @param column its column, for the message
   * @throws TaskException FATAL if no column type can hold them
   */
  static Encoder encoder(String column, Schema schema) throws TaskException {
    Schema s = present(column, schema);
    LogicalType logical = s.getLogicalType();
    if (logical instanceof LogicalTypes.Decimal d) {
      return v -> new BigDecimal(new BigInteger(bytes(v)), d.getScale()).toString();
    }
    String name = logical == null ? "" : logical.getName();
    return switch (name) {
      case "date" -> v -> date((Integer) v);
      case "time-millis" ->
          v -> LocalTime.ofNanoOfDay(TimeUnit.MILLISECONDS.toNanos((Integer) v)).toString();
      case "time-micros" ->
          v -> LocalTime.ofNanoOfDay(TimeUnit.MICROSECONDS.toNanos((Long) v)).toString();
      case "timestamp-micros" -> v -> time((Long) v, "+00");
      case "local-timestamp-micros" -> v -> time((Long) v, "");
      case "timestamp-millis" -> v -> time(Math.multiplyExact((Long) v, 1000L), "+00");
      case "local-timestamp-millis" -> v -> time(Math.multiplyExact((Long) v, 1000L), "");
      case "timestamp-nanos" -> v -> time(micros((Long) v), "+00");
      case "local-timestamp-nanos" -> v -> time(micros((Long) v), "");
      case "uuid" -> Object::toString;
      case "" ->
          switch (s.getType()) {
            case BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, ENUM -> AvroPostgres::plain;
            case BYTES, FIXED -> v -> "\\x" + HexFormat.of().formatHex(bytes(v));
            case ARRAY, MAP, RECORD -> v -> GenericData.get().toString(v);
            case NULL, UNION -> throw unknown(column, s);
          };
      default -> throw unknown(column, s);
    };
  }

  private static CharSequence plain(Object value) {
    return value instanceof CharSequence text ? text : value.toString();
  }

  private static TaskException unknown(String column, Schema s) {
    return TaskException.fatal(
        "column '"
            + column
            + "': no PostgreSQL type is known for the Avro type "
            + s
            + "; write the source's column as another type, such as string");
  }

  static long micros(long nanos) {
    if (nanos % 1_000 != 0) {
      throw new ArithmeticException(
          "a time in nanoseconds that is no whole number of microseconds, which are all that"
              + " PostgreSQL keeps; round it at the source");
    }
    return nanos / 1_000;
  }

  static byte[] bytes(Object value) {
    if (value instanceof org.apache.avro.generic.GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static String date(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> "infinity";
      case Integer.MIN_VALUE -> "-infinity";
      default -> {
        LocalDate date = LocalDate.ofEpochDay(days);
        yield day(date) + era(date);
      }
    };
  }

  private static String time(long micros, String zone) {
    if (micros == Long.MAX_VALUE) {
      return "infinity";
    }
    if (micros == Long.MIN_VALUE) {
      return "-infinity";
    }
    LocalDate date = LocalDate.ofEpochDay(Math.floorDiv(micros, DAY_MICROS));
    long ofDay = Math.floorMod(micros, DAY_MICROS);
    long second = ofDay / 1_000_000;
    StringBuilder out = new StringBuilder(32).append(day(date)).append(' ');
    two(out, second / 3600).append(':');
    two(out, second / 60 % 60).append(':');
    two(out, second % 60);
    if (ofDay % 1_000_000 != 0) {
      out.append('.').append(String.valueOf(1_000_000 + ofDay % 1_000_000), 1, 7);
    }
    return out.append(zone).append(era(date)).toString();
  }

  // There is no year 0: 1 BC comes before 1.
  private static String day(LocalDate date) {
    StringBuilder out = new StringBuilder(16);
    String year = Integer.toString(date.get(ChronoField.YEAR_OF_ERA));
    out.repeat('0', Math.max(0, 4 - year.length())).append(year).append('-');
    two(out, date.getMonthValue()).append('-');
    return two(out, date.getDayOfMonth()).toString();
  }

  private static String era(LocalDate date) {
    return date.getEra() == IsoEra.BCE ? " BC" : "";
  }

  private static StringBuilder two(StringBuilder out, long n) {
    return (n < 10 ? out.append('0') : out).append(n);
  }
}
