package io.tidemark.connectors.columns;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Values of Avro types as text that {@link ColumnType} reads back: decimals in plain digits, dates
 * and times in ISO 8601 (with a Z where they are instants), bytes in Base64. The largest and the
 * smallest date and timestamp (in microseconds) stand for {@code infinity} and {@code -infinity}.
 */
public final class TextValues {

  /** Writes a value that is not null. */
  public interface Printer {
    String print(Object value);
  }

  private TextValues() {}

  /**
   * How to write values of a column.
   *
   * @param schema may be a union with null
   * @throws IllegalArgumentException if its values are no plain texts; the message says why
   */
  public static Printer printer(Schema schema) {
    Schema type = Casts.present(schema);
    LogicalType logical = type.getLogicalType();
    return logical == null ? plain(type) : logical(type, logical);
  }

  private static Printer plain(Schema type) {
    return switch (type.getType()) {
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE, STRING, ENUM -> Object::toString;
      case BYTES, FIXED -> v -> Base64.getEncoder().encodeToString(Casts.bytes(v));
      case RECORD, ARRAY, MAP, UNION ->
          throw new IllegalArgumentException(
              "is nested (" + type.getType().getName() + "); write parquet instead");
      case NULL -> throw new IllegalArgumentException("has no type, only NULLs");
    };
  }

  private static Printer logical(Schema type, LogicalType logical) {
    return switch (logical) {
      case LogicalTypes.Decimal d -> v -> Casts.decimal(v, d).toPlainString();
      case LogicalTypes.Date d -> v -> date((Integer) v);
      case LogicalTypes.TimeMillis t -> v -> time(Math.multiplyExact((Integer) v, 1_000_000L));
      case LogicalTypes.TimeMicros t -> v -> time(Math.multiplyExact((Long) v, 1_000L));
      case LogicalTypes.TimestampMillis t -> v -> instant((Long) v, 1_000);
      case LogicalTypes.TimestampMicros t -> v -> micros((Long) v, "Z");
      case LogicalTypes.TimestampNanos t -> v -> instant((Long) v, 1_000_000_000);
      case LogicalTypes.LocalTimestampMillis t -> v -> local((Long) v, 1_000);
      case LogicalTypes.LocalTimestampMicros t -> v -> micros((Long) v, "");
      case LogicalTypes.LocalTimestampNanos t -> v -> local((Long) v, 1_000_000_000);
      case LogicalType other -> plain(type);
    };
  }

  private static String time(long nanos) {
    return DateTimeFormatter.ISO_LOCAL_TIME.format(LocalTime.ofNanoOfDay(nanos));
  }

  private static String date(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> ColumnType.INFINITY;
      case Integer.MIN_VALUE -> ColumnType.MINUS_INFINITY;
      default -> LocalDate.ofEpochDay(days).toString();
    };
  }

  // Finer and coarser timestamps know no infinity: there the largest value is a moment like others.
  private static String micros(long value, String zone) {
    if (value == Long.MAX_VALUE) {
      return ColumnType.INFINITY;
    }
    return value == Long.MIN_VALUE ? ColumnType.MINUS_INFINITY : local(value, 1_000_000) + zone;
  }

  private static String instant(long value, long perSecond) {
    return local(value, perSecond) + 'Z';
  }

  private static String local(long value, long perSecond) {
    long nanos = Math.floorMod(value, perSecond) * (1_000_000_000 / perSecond);
    Instant at = Instant.ofEpochSecond(Math.floorDiv(value, perSecond), nanos);
    return DateTimeFormatter.ISO_LOCAL_DATE_TIME.format(
        LocalDateTime.ofInstant(at, ZoneOffset.UTC));
  }
}
