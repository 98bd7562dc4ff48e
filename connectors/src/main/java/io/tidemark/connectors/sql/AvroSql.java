package io.tidemark.connectors.sql;

import java.util.Optional;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** Names of the types that columns get which are made for values of Avro's types. */
record AvroSql(
    String bool,
    String int32,
    String int64,
    String float32,
    String float64,
    String text,
    String bytes,
    String json,
    String date,
    String time,
    String timestamp,
    String instant,
    String decimal,
    int digits,
    int scale) {

  /**
   * The type of a column.
   *
   * @return empty if there is none
   */
  Optional<String> of(Schema present) {
    return switch (present.getLogicalType()) {
      case LogicalTypes.Decimal d ->
          d.getPrecision() <= digits && d.getScale() <= scale
              ? Optional.of(decimal + "(" + d.getPrecision() + "," + d.getScale() + ")")
              : Optional.empty();
      case LogicalTypes.Date d -> Optional.of(date);
      case LogicalTypes.TimeMillis t -> Optional.of(time);
      case LogicalTypes.TimeMicros t -> Optional.of(time);
      case LogicalTypes.TimestampMillis t -> Optional.of(instant);
      case LogicalTypes.TimestampMicros t -> Optional.of(instant);
      case LogicalTypes.TimestampNanos t -> Optional.of(instant);
      case LogicalTypes.LocalTimestampMillis t -> Optional.of(timestamp);
      case LogicalTypes.LocalTimestampMicros t -> Optional.of(timestamp);
      case LogicalTypes.LocalTimestampNanos t -> Optional.of(timestamp);
      case null, default ->
          switch (present.getType()) {
            case BOOLEAN -> Optional.of(bool);
            case INT -> Optional.of(int32);
            case LONG -> Optional.of(int64);
            case FLOAT -> Optional.of(float32);
            case DOUBLE -> Optional.of(float64);
            case STRING, ENUM -> Optional.of(text);
            case BYTES, FIXED -> Optional.of(bytes);
            case ARRAY, MAP, RECORD -> Optional.of(json);
            case NULL, UNION -> Optional.empty();
          };
    };
  }
}
