package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.ColumnType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import org.apache.avro.generic.GenericFixed;

/** Values between a driver, whose classes are Java's, and Avro's records. */
final class Values {

  private static final long MICROS = 1_000_000;

  private Values() {}

  /** Reads a value that may be NULL, which is null. */
  interface Reader {
    /**
     * @throws UnreadableException if the column's type on the way has no such value
     */
    Object read(ResultSet row, int index) throws SQLException, UnreadableException;
  }

  /** Turns a value of the column's type on the way into what the driver is given. */
  interface Converter {
    /**
     * @throws ArithmeticException if the column cannot hold it as it is
     * @throws IllegalArgumentException likewise
     */
    Object convert(Object value);
  }

  /** How a driver that does as JDBC says gives values of that kind. */
  static Reader reader(Held held) {
    return switch (held.kind()) {
      case BOOLEAN -> (r, i) -> present(r, r.getBoolean(i));
      case INT -> (r, i) -> present(r, r.getInt(i));
      case LONG -> (r, i) -> present(r, r.getLong(i));
      case FLOAT -> (r, i) -> present(r, r.getFloat(i));
      case DOUBLE -> (r, i) -> present(r, r.getDouble(i));
      case DECIMAL -> (r, i) -> decimal(r.getBigDecimal(i), held);
      case TEXT, TRIMMED_TEXT, FIXED_TEXT -> ResultSet::getString;
      case BYTES, FIXED_BYTES -> (r, i) -> bytes(r.getBytes(i));
      case DATE ->
          (r, i) -> {
            LocalDate date = r.getObject(i, LocalDate.class);
            return date == null ? null : Math.toIntExact(date.toEpochDay());
          };
      case TIME ->
          (r, i) -> {
            LocalTime time = r.getObject(i, LocalTime.class);
            return time == null ? null : whole(time.toNanoOfDay());
          };
      case TIMESTAMP ->
          (r, i) -> {
            LocalDateTime at = r.getObject(i, LocalDateTime.class);
            return at == null ? null : micros(at.toInstant(ZoneOffset.UTC));
          };
      case INSTANT ->
          (r, i) -> {
            OffsetDateTime at = r.getObject(i, OffsetDateTime.class);
            return at == null ? null : micros(at.toInstant());
          };
      case NONE -> throw new IllegalStateException("such columns are refused");
    };
  }

  /** Reads a text as the type's own. */
  static Reader parsed(ColumnType type) {
    return (r, i) -> {
      String text = r.getString(i);
      if (text == null) {
        return null;
      }
      try {
        return type.parse(text);
      } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
        throw new UnreadableException("holds '" + text + "', which is no " + type.name());
      }
    };
  }

  private static Object present(ResultSet row, Object value) throws SQLException {
    return row.wasNull() ? null : value;
  }

  static ByteBuffer bytes(byte[] bytes) {
    return bytes == null ? null : ByteBuffer.wrap(bytes);
  }

  static Object decimal(BigDecimal value, Held held) throws UnreadableException {
    if (value == null) {
      return null;
    }
    try {
      BigDecimal scaled = value.setScale(held.scale(), RoundingMode.UNNECESSARY);
      if (scaled.precision() <= held.precision()) {
        return ByteBuffer.wrap(scaled.unscaledValue().toByteArray());
      }
    } catch (ArithmeticException e) {
      // Told below, with the value.
    }
    throw new UnreadableException("holds " + value + ", which is no " + held.type().name());
  }

  private static long micros(Instant at) throws UnreadableException {
    try {
      return Math.addExact(Math.multiplyExact(at.getEpochSecond(), MICROS), whole(at.getNano()));
    } catch (ArithmeticException e) {
      throw new UnreadableException("holds " + at + ", which is beyond microseconds since 1970");
    }
  }

  private static long whole(long nanos) throws UnreadableException {
    if (nanos % 1_000 != 0) {
      throw new UnreadableException("holds a time that is finer than microseconds");
    }
    return nanos / 1_000;
  }

  /** What a driver that does as JDBC says takes as values of that kind. */
  static Converter converter(Held held) {
    return switch (held.kind()) {
      case BOOLEAN, INT, LONG, FLOAT, DOUBLE -> v -> v;
      case DECIMAL -> v -> new BigDecimal(new BigInteger(array(v)), held.scale());
      case TEXT -> Values::text;
      case TRIMMED_TEXT -> v -> untrimmed(text(v));
      case FIXED_TEXT -> v -> exactly(text(v), held.precision());
      case BYTES -> Values::array;
      case FIXED_BYTES -> v -> exactly(array(v), held.precision());
      case DATE -> v -> LocalDate.ofEpochDay(day((Integer) v));
      case TIME -> v -> LocalTime.MIDNIGHT.plus(kept((Long) v, held), ChronoUnit.MICROS);
      case TIMESTAMP -> v -> LocalDateTime.ofInstant(instant(kept((Long) v, held)), ZoneOffset.UTC);
      case INSTANT -> v -> instant(kept((Long) v, held)).atOffset(ZoneOffset.UTC);
      case NONE -> throw new IllegalStateException("such columns are refused");
    };
  }

  /**
   * A text.
   *
   * @throws IllegalArgumentException if it has half a surrogate pair
   */
  static String text(Object value) {
    String text = value.toString();
    for (int i = 0; i < text.length(); i++) {
      if (Character.isSurrogate(text.charAt(i))) {
        if (!Character.isSurrogatePair(
            text.charAt(i), i + 1 < text.length() ? text.charAt(i + 1) : ' ')) {
          throw new IllegalArgumentException("has half a surrogate pair, which is no character");
        }
        i++;
      }
    }
    return text;
  }

  private static String untrimmed(String text) {
    if (text.endsWith(" ")) {
      throw new IllegalArgumentException(
          "ends with a blank, which a column of fixed width does not keep");
    }
    return text;
  }

  // A shorter one is filled with blanks, a longer one loses them. Databases differ in whether a
  // character beyond U+FFFF is one or two.
  private static String exactly(String text, int width) {
    if (text.length() != width || text.codePointCount(0, text.length()) != width) {
      throw new IllegalArgumentException(
          "has "
              + text.codePointCount(0, text.length())
              + " characters, and the column exactly "
              + width
              + (text.length() == width ? " of 16 bits" : ""));
    }
    return text;
  }

  private static byte[] exactly(byte[] bytes, int width) {
    if (bytes.length != width) {
      throw new IllegalArgumentException(
          "has " + bytes.length + " bytes, and the column exactly " + width);
    }
    return bytes;
  }

  private static int day(int days) {
    if (days == Integer.MAX_VALUE || days == Integer.MIN_VALUE) {
      throw new ArithmeticException("is infinity, which this database does not know");
    }
    return days;
  }

  /** A time of which the column keeps all digits. */
  static long kept(long micros, Held held) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      throw new ArithmeticException("is infinity, which this database does not know");
    }
    long unit = 1;
    for (int i = held.scale(); i < Held.MICROS; i++) {
      unit *= 10;
    }
    if (micros % unit != 0) {
      throw new ArithmeticException("is finer than the column keeps");
    }
    return micros;
  }

  private static Instant instant(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /** A copy of a value's bytes. */
  static byte[] array(Object value) {
    if (value instanceof GenericFixed fixed) {
      return fixed.bytes().clone();
    }
    ByteBuffer buffer = ((ByteBuffer) value).duplicate();
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
