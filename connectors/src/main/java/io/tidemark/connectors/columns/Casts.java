package io.tidemark.connectors.columns;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Locale;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;

/**
 * Values of one type as values of another: exactly, or not at all.
 *
 * <ul>
 *   <li>anything plain to {@code string} and back: in the form that {@link TextValues} writes and
 *       {@link ColumnType} reads
 *   <li>numbers and booleans among each other: the same number, true is 1 and false 0; a float or
 *       double is the shortest decimal that reads back as it
 *   <li>dates and timestamps among each other: a date is its midnight, zones are UTC
 *   <li>times, and bytes, in another width
 * </ul>
 */
public final class Casts {

  /** Turns a value that is not null into what a GenericRecord holds of the new type. */
  public interface Cast {
    /**
     * @throws IllegalArgumentException if it is none of the new type
     * @throws java.time.DateTimeException if it is none of the new type
     * @throws ArithmeticException if the new type cannot hold it as it is
     */
    Object apply(Object value);
  }

  private enum Family {
    TEXT,
    NUMBER,
    MOMENT,
    TIME,
    BYTES,
    NESTED
  }

  private Casts() {}

  /**
   * The cast from one type to another.
   *
   * @param from may be a union with null
   * @throws IllegalArgumentException if no value of {@code from} is one of {@code to}
   */
  public static Cast of(Schema from, ColumnType to) {
    Schema type = present(from);
    Family source = family(type);
    Family target = family(to.schema());
    if (type.equals(to.schema())) {
      return v -> v;
    }
    if (source == Family.TEXT) {
      return target == Family.TEXT ? Object::toString : v -> to.parse(v.toString());
    }
    if (target == Family.TEXT && source != Family.NESTED) {
      return TextValues.printer(type)::print;
    }
    if (source != target) {
      throw new IllegalArgumentException("is " + told(type) + ", which is never a " + to.name());
    }
    return switch (source) {
      case NUMBER -> Numbers.cast(type, to.schema());
      case MOMENT -> Moments.cast(type, to.schema());
      case TIME -> v -> v instanceof Integer millis ? Long.valueOf(millis * 1_000L) : v;
      case BYTES -> v -> v instanceof GenericFixed fixed ? ByteBuffer.wrap(fixed.bytes()) : v;
      case TEXT, NESTED -> throw new IllegalArgumentException("is " + told(type));
    };
  }

  /** The type without the null branch. */
  static Schema present(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    if (branches.size() != 1) {
      throw new IllegalArgumentException("is a union of several types");
    }
    return branches.getFirst();
  }

  private static Family family(Schema type) {
    return switch (type.getLogicalType()) {
      case LogicalTypes.Decimal d -> Family.NUMBER;
      case LogicalTypes.TimeMillis t -> Family.TIME;
      case LogicalTypes.TimeMicros t -> Family.TIME;
      case LogicalType l when Moments.isMoment(l) -> Family.MOMENT;
      case null, default ->
          switch (type.getType()) {
            case STRING, ENUM -> Family.TEXT;
            case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> Family.NUMBER;
            case BYTES, FIXED -> Family.BYTES;
            case RECORD, ARRAY, MAP, UNION, NULL -> Family.NESTED;
          };
    };
  }

  private static String told(Schema type) {
    LogicalType logical = type.getLogicalType();
    return logical == null ? type.getType().name().toLowerCase(Locale.ROOT) : logical.getName();
  }

  /** The bytes of a value of type bytes or fixed. */
  static byte[] bytes(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  /** The number that a value of a decimal type is. */
  static BigDecimal decimal(Object value, LogicalTypes.Decimal type) {
    return new BigDecimal(new BigInteger(bytes(value)), type.getScale());
  }
}
