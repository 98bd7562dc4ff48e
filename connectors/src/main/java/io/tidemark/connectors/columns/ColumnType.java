package io.tidemark.connectors.columns;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;

/**
 * A declared type of a column whose values are written as text:
 *
 * <ul>
 *   <li>{@code string}, {@code boolean} (true or false in any case), {@code int}, {@code long},
 *       {@code float}, {@code double} (also NaN, Infinity, -Infinity)
 *   <li>{@code decimal(p,s)}: plain or with an exponent; never rounded
 *   <li>{@code date}: 2001-01-31; {@code time}: 23:59:59.999999
 *   <li>{@code timestamp}: 2001-01-31T23:59:59.999999 or with a space, without a zone; {@code
 *       timestamptz}: the same with Z or an offset
 *   <li>dates and timestamps may also be {@code infinity} or {@code -infinity}, which are the
 *       largest and the smallest value of their int or long
 *   <li>{@code bytes}: Base64 (RFC 4648)
 * </ul>
 *
 * @param name as declared
 * @param schema without null
 * @param parser reads its texts
 */
public record ColumnType(String name, Schema schema, Parser parser) {

  /** What it may be, for messages. */
  public static final String ALL =
      "string, boolean, int, long, float, double, decimal(p,s), date, time, timestamp,"
          + " timestamptz, bytes";

  static final String INFINITY = "infinity";
  static final String MINUS_INFINITY = "-infinity";

  private static final Pattern DECIMAL =
      Pattern.compile("decimal\\(\\s*(\\d{1,3})\\s*(?:,\\s*(\\d{1,3})\\s*)?\\)");
  private static final long MICROS = 1_000_000;
  private static final int MOST_DIGITS = 1_000;

  /** Turns a text into what a GenericRecord holds. */
  public interface Parser {
    /**
     * @throws IllegalArgumentException if it is none of the type
     * @throws DateTimeException if it is none of the type
     * @throws ArithmeticException if it is out of the type's range
     */
    Object parse(String text);
  }

  /**
   * The type of that name.
   *
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static ColumnType of(String name) {
    return switch (name) {
      case "string" -> plain(name, Type.STRING, t -> t);
      case "boolean" -> plain(name, Type.BOOLEAN, ColumnType::bool);
      case "int" -> plain(name, Type.INT, Integer::valueOf);
      case "long" -> plain(name, Type.LONG, Long::valueOf);
      case "float" -> plain(name, Type.FLOAT, t -> Float.valueOf(number(t)));
      case "double" -> plain(name, Type.DOUBLE, t -> Double.valueOf(number(t)));
      case "bytes" -> plain(name, Type.BYTES, t -> ByteBuffer.wrap(Base64.getDecoder().decode(t)));
      case "date" ->
          new ColumnType(
              name, LogicalTypes.date().addToSchema(Schema.create(Type.INT)), ColumnType::date);
      case "time" ->
          new ColumnType(
              name,
              LogicalTypes.timeMicros().addToSchema(Schema.create(Type.LONG)),
              t -> micros(LocalTime.parse(t).toNanoOfDay()));
      case "timestamp" ->
          new ColumnType(
              name,
              LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Type.LONG)),
              t -> timestamp(t, u -> LocalDateTime.parse(u).toInstant(ZoneOffset.UTC)));
      case "timestamptz" ->
          new ColumnType(
              name,
              LogicalTypes.timestampMicros().addToSchema(Schema.create(Type.LONG)),
              t -> timestamp(t, u -> OffsetDateTime.parse(u).toInstant()));
      default -> decimal(name);
    };
  }

  /**
   * @see Parser#parse
   */
  public Object parse(String text) {
    return parser.parse(text);
  }

  /**
   * Parses a value of a column.
   *
   * @throws BadValueException if it is none of the type, naming the column
   */
  public Object read(String column, String text) throws BadValueException {
    try {
      return parser.parse(text);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw BadValueException.of(
          column,
          "holds '%s', which is no %s (%s)".formatted(Shown.text(text), name, Shown.reason(e)),
          e);
    }
  }

  private static ColumnType plain(String name, Type type, Parser parser) {
    return new ColumnType(name, Schema.create(type), parser);
  }

  private static ColumnType decimal(String name) {
    Matcher m = DECIMAL.matcher(name);
    if (!m.matches()) {
      throw new IllegalArgumentException("there is no type '" + name + "'; there are: " + ALL);
    }
    int precision = Integer.parseInt(m.group(1));
    int scale = m.group(2) == null ? 0 : Integer.parseInt(m.group(2));
    if (precision < 1 || scale > precision) {
      throw new IllegalArgumentException(
          "'" + name + "' must have at least 1 digit, and no more fraction digits than digits");
    }
    Schema schema = LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Type.BYTES));
    return new ColumnType(
        name,
        schema,
        t -> {
          BigDecimal value = new BigDecimal(t);
          // An exponent can ask for more digits than there is memory.
          if (Math.abs((long) value.scale()) > MOST_DIGITS) {
            throw new ArithmeticException("out of range");
          }
          return decimal(value, precision, scale);
        });
  }

  /**
   * A decimal as a GenericRecord holds it.
   *
   * @throws ArithmeticException if it has other digits than that precision and scale allow
   */
  static ByteBuffer decimal(BigDecimal value, int precision, int scale) {
    if (value.stripTrailingZeros().scale() > scale) {
      throw new ArithmeticException(
          "has more than " + scale + " digits behind the point, and nothing is rounded");
    }
    BigDecimal scaled = value.setScale(scale);
    if (scaled.precision() > precision) {
      throw new ArithmeticException(
          "has more than " + (precision - scale) + " digits before the point");
    }
    return ByteBuffer.wrap(scaled.unscaledValue().toByteArray());
  }

  private static Boolean bool(String text) {
    if (text.equalsIgnoreCase("true")) {
      return true;
    }
    if (text.equalsIgnoreCase("false")) {
      return false;
    }
    throw new IllegalArgumentException("is neither true nor false");
  }

  // Java also takes 1d, 0x1p3 and blanks around; nobody else means numbers by these.
  private static String number(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c <= ' ' || c == 'x' || c == 'X' || c == 'd' || c == 'D' || c == 'F') {
        throw new NumberFormatException("is no number");
      }
    }
    if (text.endsWith("f")) {
      throw new NumberFormatException("is no number");
    }
    return text;
  }

  private static Integer date(String text) {
    return switch (text) {
      case INFINITY -> Integer.MAX_VALUE;
      case MINUS_INFINITY -> Integer.MIN_VALUE;
      default -> {
        int days = Math.toIntExact(LocalDate.parse(text).toEpochDay());
        refuseSentinel(days == Integer.MAX_VALUE || days == Integer.MIN_VALUE);
        yield days;
      }
    };
  }

  private static Long timestamp(String text, Function<String, Instant> finite) {
    return switch (text) {
      case INFINITY -> Long.MAX_VALUE;
      case MINUS_INFINITY -> Long.MIN_VALUE;
      default -> {
        long micros = micros(finite.apply(iso(text)));
        refuseSentinel(micros == Long.MAX_VALUE || micros == Long.MIN_VALUE);
        yield micros;
      }
    };
  }

  private static void refuseSentinel(boolean sentinel) {
    if (sentinel) {
      throw new ArithmeticException("out of range: that value stands for infinity");
    }
  }

  private static String iso(String text) {
    return text.length() > 10 && text.charAt(10) == ' '
        ? text.substring(0, 10) + 'T' + text.substring(11)
        : text;
  }

  private static Long micros(Instant t) {
    refuseNanos(t.getNano());
    return Math.addExact(Math.multiplyExact(t.getEpochSecond(), MICROS), t.getNano() / 1_000L);
  }

  private static Long micros(long nanos) {
    refuseNanos(nanos);
    return nanos / 1_000;
  }

  private static void refuseNanos(long nanos) {
    if (nanos % 1_000 != 0) {
      throw new ArithmeticException("is finer than microseconds");
    }
  }
}
