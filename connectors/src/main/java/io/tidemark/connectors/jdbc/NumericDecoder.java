package io.tidemark.connectors.jdbc;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * Reads the binary form of a {@code numeric(p,s)} as the unscaled value of a decimal: int16 count
 * of digits of base 10000, int16 weight of the first, int16 sign, int16 digits shown behind the
 * point, then the digits. Zeros at the end are left out.
 */
final class NumericDecoder implements PostgresAvro.Decoder {

  static final int NEGATIVE = 0x4000;
  static final int BASE = 10_000;
  static final int BASE_DIGITS = 4;

  /** Up to so many decimal digits, and three more behind the point, fit a long. */
  static final int LONG_DIGITS = 15;

  private static final int HEAD = 8;

  private final String column;
  private final int precision;
  private final int scale;
  private final ByteBuffer small = ByteBuffer.allocate(Long.BYTES);

  NumericDecoder(String column, int precision, int scale) {
    this.column = column;
    this.precision = precision;
    this.scale = scale;
  }

  @Override
  public Object decode(byte[] b, int at, int length) throws PostgresAvro.NoSuchValueException {
    int digits = BigEndian.int16(b, at);
    int sign = BigEndian.int16(b, at + 4);
    if (sign != 0 && sign != NEGATIVE) {
      throw new PostgresAvro.NoSuchValueException(
          "holds NaN, which no decimal is; leave such rows out with source.jdbc.where (\""
              + column
              + " <> 'NaN'\")");
    }
    // What the digits are to be multiplied by is ten to the power of this.
    int power = scale + BASE_DIGITS * (BigEndian.int16(b, at + 2) - digits + 1);
    return precision <= LONG_DIGITS
        ? small(b, at + HEAD, digits, sign, power)
        : large(b, at + HEAD, digits, sign, power);
  }

  private ByteBuffer small(byte[] b, int at, int digits, int sign, int power) {
    long value = 0;
    for (int i = 0; i < digits; i++) {
      value = value * BASE + BigEndian.int16(b, at + 2 * i);
    }
    for (int i = 0; i < power && value != 0; i++) {
      value *= 10;
    }
    for (int i = power; i < 0; i++) {
      value /= 10;
    }
    value = sign == 0 ? value : -value;
    // As BigInteger has it: as few bytes as hold the value and its sign.
    int bits = Long.SIZE - Long.numberOfLeadingZeros(value ^ (value >> (Long.SIZE - 1)));
    return small.putLong(0, value).limit(Long.BYTES).position(Long.BYTES - 1 - bits / 8);
  }

  private static ByteBuffer large(byte[] b, int at, int digits, int sign, int power) {
    BigInteger value = BigInteger.ZERO;
    for (int i = 0; i < digits; i++) {
      value =
          value
              .multiply(BigInteger.valueOf(BASE))
              .add(BigInteger.valueOf(BigEndian.int16(b, at + 2 * i)));
    }
    BigInteger ten = BigInteger.TEN.pow(Math.abs(power));
    value = power < 0 ? value.divide(ten) : value.multiply(ten);
    return ByteBuffer.wrap((sign == 0 ? value : value.negate()).toByteArray());
  }
}
