package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.util.Utf8;

/**
 * Avro's values in the binary forms of column types that hold them as they are. The server takes
 * these for less than text: it has nothing to parse.
 */
final class PostgresBinary {

  /** Appends a value that is not null as a field. */
  interface Encoder {
    /**
     * @throws ArithmeticException if the column type cannot hold it
     * @throws IllegalArgumentException if it is no text of the column type
     */
    void append(Object value, CopyBinary out);
  }

  private static final int JSONB_VERSION = 1;

  private PostgresBinary() {}

  /** An encoder for each column, or empty if one has none. */
  static Optional<Encoder[]> encoders(List<PostgresTable.Column> columns, Schema record)
      throws TaskException {
    Encoder[] encoders = new Encoder[columns.size()];
    for (int i = 0; i < encoders.length; i++) {
      Optional<Encoder> one = encoder(columns.get(i), record.getFields().get(i).schema());
      if (one.isEmpty()) {
        return Optional.empty();
      }
      encoders[i] = one.get();
    }
    return Optional.of(encoders);
  }

  /**
   * The encoder of a column; empty where values need the server to read their text, as between
   * types that are not the same.
   *
   * @throws TaskException FATAL if no column type can hold such values
   */
  private static Optional<Encoder> encoder(PostgresTable.Column target, Schema field)
      throws TaskException {
    Schema schema = AvroPostgres.present(target.name(), field);
    LogicalType logical = schema.getLogicalType();
    String base = target.type().base();
    return Optional.ofNullable(
        switch (logical) {
          case LogicalTypes.Decimal d when base.equals("numeric") ->
              new NumericEncoder(d.getScale());
          case LogicalTypes.Date d when base.equals("date") ->
              (v, out) -> out.field32(days((Integer) v));
          case LogicalTypes.TimeMicros t when base.equals("time") ->
              (v, out) -> out.field64((Long) v);
          case LogicalTypes.TimestampMillis t when base.equals("timestamptz") ->
              (v, out) -> out.field64(micros(Math.multiplyExact((Long) v, 1_000L)));
          case LogicalTypes.TimestampMicros t when base.equals("timestamptz") ->
              (v, out) -> out.field64(microsOrEnd((Long) v));
          case LogicalTypes.TimestampNanos t when base.equals("timestamptz") ->
              (v, out) -> out.field64(micros(AvroPostgres.micros((Long) v)));
          case LogicalTypes.LocalTimestampMillis t when base.equals("timestamp") ->
              (v, out) -> out.field64(micros(Math.multiplyExact((Long) v, 1_000L)));
          case LogicalTypes.LocalTimestampMicros t when base.equals("timestamp") ->
              (v, out) -> out.field64(microsOrEnd((Long) v));
          case LogicalTypes.LocalTimestampNanos t when base.equals("timestamp") ->
              (v, out) -> out.field64(micros(AvroPostgres.micros((Long) v)));
          case LogicalTypes.Uuid u when schema.getType() == Schema.Type.STRING -> text(base);
          case null -> plain(schema.getType(), base);
          default -> null;
        });
  }

  private static Encoder plain(Schema.Type type, String base) {
    return switch (type) {
      case BOOLEAN ->
          base.equals("bool")
              ? (v, out) -> {
                out.int32(1);
                out.int8((Boolean) v ? 1 : 0);
              }
              : null;
      case INT, LONG -> whole(base);
      case FLOAT ->
          base.equals("float4")
              ? (v, out) -> out.field32(Float.floatToRawIntBits((Float) v))
              : null;
      case DOUBLE ->
          base.equals("float8")
              ? (v, out) -> out.field64(Double.doubleToRawLongBits((Double) v))
              : null;
      case BYTES -> base.equals("bytea") ? (v, out) -> out.field((ByteBuffer) v) : null;
      case STRING, ENUM -> text(base);
      case ARRAY, MAP, RECORD -> {
        Encoder json = base.startsWith("json") ? text(base) : null;
        yield json == null ? null : (v, out) -> json.append(GenericData.get().toString(v), out);
      }
      case FIXED, NULL, UNION -> null;
    };
  }

  private static Encoder whole(String base) {
    return switch (base) {
      case "int2" ->
          (v, out) -> out.field16((int) within(v, Short.MIN_VALUE, Short.MAX_VALUE, "smallint"));
      case "int4" ->
          (v, out) -> out.field32((int) within(v, Integer.MIN_VALUE, Integer.MAX_VALUE, "integer"));
      case "int8" -> (v, out) -> out.field64(((Number) v).longValue());
      default -> null;
    };
  }

  private static long within(Object value, long least, long largest, String type) {
    long number = ((Number) value).longValue();
    if (number < least || number > largest) {
      throw new ArithmeticException("out of range of " + type);
    }
    return number;
  }

  private static Encoder text(String base) {
    return switch (base) {
      case "text", "varchar", "bpchar", "json" ->
          (v, out) -> {
            Utf8 text = Texts.utf8(v);
            out.field(text.getBytes(), 0, text.getByteLength());
          };
      case "jsonb" ->
          (v, out) -> {
            Utf8 text = Texts.utf8(v);
            out.int32(1 + text.getByteLength());
            out.int8(JSONB_VERSION);
            out.raw(text.getBytes(), 0, text.getByteLength());
          };
      case "uuid" -> (v, out) -> uuid(v.toString(), out);
      default -> null;
    };
  }

  // PostgreSQL also takes braces, and hyphens at other places or none.
  private static void uuid(String text, CopyBinary out) {
    String digits = text.replace("-", "");
    if (digits.startsWith("{") && digits.endsWith("}")) {
      digits = digits.substring(1, digits.length() - 1);
    }
    if (digits.length() != 32) {
      throw new IllegalArgumentException("no uuid");
    }
    out.int32(16);
    out.int64(Long.parseUnsignedLong(digits.substring(0, 16).toLowerCase(Locale.ROOT), 16));
    out.int64(Long.parseUnsignedLong(digits.substring(16).toLowerCase(Locale.ROOT), 16));
  }

  private static int days(int days) {
    return days == Integer.MAX_VALUE || days == Integer.MIN_VALUE
        ? days
        : Math.subtractExact(days, PostgresAvro.EPOCH_DAYS);
  }

  private static long micros(long since1970) {
    return Math.subtractExact(since1970, PostgresAvro.EPOCH_MICROS);
  }

  // The largest and the smallest number stand for the infinities on both sides.
  private static long microsOrEnd(long since1970) {
    return since1970 == Long.MAX_VALUE || since1970 == Long.MIN_VALUE
        ? since1970
        : micros(since1970);
  }

  /** The way back of {@link NumericDecoder}. */
  private static final class NumericEncoder implements Encoder {

    private static final long LEAST = -1_000_000_000_000_000L;
    private static final long LARGEST = 1_000_000_000_000_000L;
    private static final BigInteger BASE = BigInteger.valueOf(NumericDecoder.BASE);

    private final int scale;
    private final int behindPoint;
    private final int padding;
    private short[] digits = new short[8];
    private int count;

    NumericEncoder(int scale) {
      this.scale = scale;
      this.behindPoint = (scale + NumericDecoder.BASE_DIGITS - 1) / NumericDecoder.BASE_DIGITS;
      int power = behindPoint * NumericDecoder.BASE_DIGITS - scale;
      this.padding = (int) Math.pow(10, power);
    }

    @Override
    public void append(Object value, CopyBinary out) {
      byte[] bytes = AvroPostgres.bytes(value);
      count = 0;
      boolean negative = bytes[0] < 0;
      long small = bytes.length <= Long.BYTES ? number(bytes) : Long.MAX_VALUE;
      if (small > LEAST && small < LARGEST) {
        for (long rest = Math.abs(small) * padding; rest != 0; rest /= NumericDecoder.BASE) {
          add((short) (rest % NumericDecoder.BASE));
        }
      } else {
        BigInteger rest = new BigInteger(bytes).abs().multiply(BigInteger.valueOf(padding));
        while (rest.signum() != 0) {
          BigInteger[] both = rest.divideAndRemainder(BASE);
          add(both[1].shortValue());
          rest = both[0];
        }
      }
      out.int32(2 * (4 + count));
      out.int16(count);
      out.int16(count - behindPoint - 1);
      out.int16(negative ? NumericDecoder.NEGATIVE : 0);
      out.int16(scale);
      for (int i = count - 1; i >= 0; i--) {
        out.int16(digits[i]);
      }
    }

    private static long number(byte[] bigEndian) {
      long number = bigEndian[0];
      for (int i = 1; i < bigEndian.length; i++) {
        number = (number << 8) | (bigEndian[i] & 0xff);
      }
      return number;
    }

    private void add(short digit) {
      if (count == digits.length) {
        digits = Arrays.copyOf(digits, 2 * count);
      }
      digits[count++] = digit;
    }
  }
}
