package io.tidemark.connectors.iceberg;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.util.Utf8;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.TypeUtil;
import org.apache.iceberg.types.Types;
import org.apache.parquet.io.api.Binary;

/**
 * Plain values of Avro as Iceberg's, as its specification stores them in Parquet: the same type, or
 * one that Iceberg lets it be promoted to (int to long, float to double, a decimal to one of more
 * digits); besides that, texts that are UUIDs, and fixed bytes as binary. Nothing is rounded.
 */
final class Conversions {

  private static final int INT_DIGITS = 9;
  private static final int LONG_DIGITS = 18;

  private Conversions() {}

  /**
   * The conversion, or null if values of the one type never are of the other.
   *
   * @param from without null
   * @param path of the column, for messages
   */
  static Conversion of(Schema from, Type to, String path) {
    LogicalType logical = from.getLogicalType();
    return switch (to.typeId()) {
      case BOOLEAN ->
          isPlain(from, Schema.Type.BOOLEAN) ? same((out, v) -> out.addBoolean((Boolean) v)) : null;
      case INTEGER ->
          isPlain(from, Schema.Type.INT) ? same((out, v) -> out.addInteger((Integer) v)) : null;
      case LONG ->
          isPlain(from, Schema.Type.INT) || isPlain(from, Schema.Type.LONG)
              ? longs(v -> ((Number) v).longValue())
              : null;
      case FLOAT ->
          isPlain(from, Schema.Type.FLOAT) ? same((out, v) -> out.addFloat((Float) v)) : null;
      case DOUBLE ->
          isPlain(from, Schema.Type.FLOAT) || isPlain(from, Schema.Type.DOUBLE)
              ? same((out, v) -> out.addDouble(((Number) v).doubleValue()))
              : null;
      case STRING -> text(from);
      case BINARY -> bytes(from);
      case FIXED ->
          isPlain(from, Schema.Type.FIXED) && from.getFixedSize() == ((Types.FixedType) to).length()
              ? bytes(from)
              : null;
      case UUID -> uuid(from, path);
      case DECIMAL ->
          logical instanceof LogicalTypes.Decimal d
              ? decimal(d, (Types.DecimalType) to, path)
              : null;
      case DATE -> logical instanceof LogicalTypes.Date ? date(path) : null;
      case TIME -> time(logical);
      case TIMESTAMP -> timestamp(logical, ((Types.TimestampType) to).shouldAdjustToUTC(), path);
      case TIMESTAMP_NANO -> nanos(logical, ((Types.TimestampNanoType) to).shouldAdjustToUTC());
      default -> null;
    };
  }

  /** Whether it is of that type, and nothing that a logical type makes of it. */
  private static boolean isPlain(Schema schema, Schema.Type type) {
    return schema.getType() == type && LakeTypes.of(schema).typeId() == plain(type);
  }

  private static Type.TypeID plain(Schema.Type type) {
    return switch (type) {
      case BOOLEAN -> Type.TypeID.BOOLEAN;
      case INT -> Type.TypeID.INTEGER;
      case LONG -> Type.TypeID.LONG;
      case FLOAT -> Type.TypeID.FLOAT;
      case DOUBLE -> Type.TypeID.DOUBLE;
      case BYTES -> Type.TypeID.BINARY;
      case FIXED -> Type.TypeID.FIXED;
      default -> Type.TypeID.STRING;
    };
  }

  private static Conversion same(Conversion.Put put) {
    return new Conversion(put, v -> v);
  }

  private static Conversion longs(ToLongFunction<Object> value) {
    return new Conversion((out, v) -> out.addLong(value.applyAsLong(v)), value::applyAsLong);
  }

  private static Conversion text(Schema from) {
    boolean isText = from.getType() == Schema.Type.STRING || from.getType() == Schema.Type.ENUM;
    return isText ? new Conversion((out, v) -> out.addBinary(binary(v)), Object::toString) : null;
  }

  private static Binary binary(Object text) {
    return text instanceof Utf8 utf8
        ? Binary.fromReusedByteArray(utf8.getBytes(), 0, utf8.getByteLength())
        : Binary.fromConstantByteArray(text.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static Conversion bytes(Schema from) {
    if (isPlain(from, Schema.Type.BYTES)) {
      return new Conversion(
          (out, v) -> out.addBinary(Binary.fromReusedByteBuffer((ByteBuffer) v)),
          v -> ByteBuffer.wrap(array(v)));
    }
    return isPlain(from, Schema.Type.FIXED)
        ? new Conversion(
            (out, v) -> out.addBinary(Binary.fromReusedByteArray(((GenericFixed) v).bytes())),
            v -> ByteBuffer.wrap(array(v)))
        : null;
  }

  private static byte[] array(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes().clone();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }

  private static Conversion uuid(Schema from, String path) {
    UnaryOperator<Object> parsed;
    if (from.getType() == Schema.Type.STRING) {
      parsed = v -> uuid(v.toString(), path);
    } else if (from.getLogicalType() instanceof LogicalTypes.Uuid) {
      parsed =
          v -> {
            ByteBuffer b = ByteBuffer.wrap(array(v));
            return new UUID(b.getLong(), b.getLong());
          };
    } else {
      return null;
    }
    return new Conversion((out, v) -> out.addBinary(binary((UUID) parsed.apply(v))), parsed);
  }

  // Java also takes 1-1-1-1-1.
  private static UUID uuid(String text, String path) {
    try {
      if (text.length() == 36) {
        return UUID.fromString(text);
      }
    } catch (IllegalArgumentException e) {
      throw (RuntimeException) new RefusedValueException(path, "is no UUID").initCause(e);
    }
    throw new RefusedValueException(path, "is no UUID");
  }

  private static Binary binary(UUID uuid) {
    return Binary.fromConstantByteBuffer(
        ByteBuffer.allocate(16)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .flip());
  }

  private static Conversion decimal(LogicalTypes.Decimal from, Types.DecimalType to, String path) {
    if (from.getScale() != to.scale() || from.getPrecision() > to.precision()) {
      return null;
    }
    int digits = to.precision();
    BigInteger bound = BigInteger.TEN.pow(digits);
    UnaryOperator<Object> value = v -> new BigDecimal(unscaled(v, bound, path), to.scale());
    if (digits > LONG_DIGITS) {
      int length = TypeUtil.decimalRequiredBytes(digits);
      return new Conversion(
          (out, v) -> out.addBinary(padded(unscaled(v, bound, path), length)), value);
    }
    ToLongFunction<Object> number = v -> unscaled(v, bound, path).longValue();
    return digits > INT_DIGITS
        ? new Conversion((out, v) -> out.addLong(number.applyAsLong(v)), value)
        : new Conversion((out, v) -> out.addInteger((int) number.applyAsLong(v)), value);
  }

  private static BigInteger unscaled(Object value, BigInteger bound, String path) {
    BigInteger unscaled = new BigInteger(array(value));
    if (unscaled.abs().compareTo(bound) >= 0) {
      throw new RefusedValueException(path, "has more digits than its type allows");
    }
    return unscaled;
  }

  private static Binary padded(BigInteger value, int length) {
    byte[] bytes = value.toByteArray();
    byte[] all = new byte[length];
    java.util.Arrays.fill(all, 0, length - bytes.length, (byte) (value.signum() < 0 ? -1 : 0));
    System.arraycopy(bytes, 0, all, length - bytes.length, bytes.length);
    return Binary.fromConstantByteArray(all);
  }

  private static Conversion date(String path) {
    return new Conversion((out, v) -> out.addInteger(day(v, path)), v -> day(v, path));
  }

  private static int day(Object value, String path) {
    int day = (Integer) value;
    refuseInfinity(day == Integer.MAX_VALUE || day == Integer.MIN_VALUE, path);
    return day;
  }

  private static void refuseInfinity(boolean infinite, String path) {
    if (infinite) {
      throw new RefusedValueException(
          path, "is infinity, which Iceberg's dates and timestamps do not have; cast it to string");
    }
  }

  private static Conversion time(LogicalType from) {
    return switch (from) {
      case LogicalTypes.TimeMillis t -> longs(v -> (Integer) v * 1_000L);
      case LogicalTypes.TimeMicros t -> longs(v -> (Long) v);
      case null, default -> null;
    };
  }

  private static Conversion timestamp(LogicalType from, boolean zoned, String path) {
    return switch (from) {
      case LogicalTypes.TimestampMillis t when zoned -> longs(v -> millis((Long) v, path));
      case LogicalTypes.LocalTimestampMillis t when !zoned -> longs(v -> millis((Long) v, path));
      case LogicalTypes.TimestampMicros t when zoned -> longs(v -> micros((Long) v, path));
      case LogicalTypes.LocalTimestampMicros t when !zoned -> longs(v -> micros((Long) v, path));
      case null, default -> null;
    };
  }

  private static long millis(long value, String path) {
    long micros = value * 1_000L;
    if (micros / 1_000L != value) {
      throw new RefusedValueException(path, "is beyond what microseconds since 1970 can tell");
    }
    return micros;
  }

  private static long micros(long value, String path) {
    refuseInfinity(value == Long.MAX_VALUE || value == Long.MIN_VALUE, path);
    return value;
  }

  private static Conversion nanos(LogicalType from, boolean zoned) {
    return switch (from) {
      case LogicalTypes.TimestampNanos t when zoned -> longs(v -> (Long) v);
      case LogicalTypes.LocalTimestampNanos t when !zoned -> longs(v -> (Long) v);
      case null, default -> null;
    };
  }
}
