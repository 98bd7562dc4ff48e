package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.TextValues;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/**
 * Types of MariaDB and MySQL. Dates and times travel as the server's own texts: drivers turn those
 * that no calendar knows, such as 0000-00-00, into NULL or into other dates.
 */
final class MariaDbTypes {

  /** Bytes of an index's key, and of a character. */
  private static final int KEY_BYTES = 3_072;

  private static final int CHARACTER_BYTES = 4;

  private static final String TEXT = "CAST(%s AS CHAR)";
  private static final String NUMBER = "%s + 0";

  // As a text, which a driver may ask for, a float has six digits.
  private static final String WIDE = "%s + 0e0";

  private static final Pattern TIME =
      Pattern.compile("-?\\d{2,3}:[0-5]\\d:[0-5]\\d(?:\\.(\\d{1,6}?)0*)?");

  private static final AvroSql TYPES =
      new AvroSql(
          "tinyint(1)",
          "int",
          "bigint",
          "float",
          "double",
          "longtext",
          "longblob",
          "longtext",
          "date",
          "time(6)",
          "datetime(6)",
          "datetime(6)",
          "decimal",
          65,
          30);

  private MariaDbTypes() {}

  /**
   * What a column holds.
   *
   * @param base the type's name alone
   * @param type with its sizes and {@code unsigned}
   * @param precision digits, or bits
   * @param second digits of a second
   * @param bytes width of texts and bytes
   */
  static Held held(String base, String type, int precision, int scale, int second, int bytes) {
    boolean unsigned = type.contains("unsigned");
    return switch (base) {
      case "tinyint", "smallint", "mediumint" -> Held.of(Held.Kind.INT);
      case "int" -> Held.of(unsigned ? Held.Kind.LONG : Held.Kind.INT);
      case "bigint" -> unsigned ? Held.decimal(20, 0) : Held.of(Held.Kind.LONG);
      case "decimal" -> Held.decimal(precision, scale);
      case "float" -> Held.of(Held.Kind.FLOAT).as(WIDE);
      case "double" -> Held.of(Held.Kind.DOUBLE);
      case "bit" ->
          precision == 1
              ? Held.of(Held.Kind.BOOLEAN).as(NUMBER).unordered()
              : Held.of(Held.Kind.FIXED_BYTES).wide((precision + 7) / 8).as(NUMBER).unordered();
      case "char" -> Held.of(Held.Kind.TRIMMED_TEXT);
      case "varchar", "tinytext", "text", "mediumtext", "longtext" -> Held.of(Held.Kind.TEXT);
      case "enum", "set", "json" -> Held.of(Held.Kind.TEXT).unordered();
      case "binary" -> Held.of(Held.Kind.FIXED_BYTES).wide(bytes);
      case "varbinary", "tinyblob", "blob", "mediumblob", "longblob" -> Held.of(Held.Kind.BYTES);
      case "date" -> Held.of(Held.Kind.DATE).as(TEXT);
      case "datetime" -> Held.of(Held.Kind.TIMESTAMP).keeping(second).as(TEXT);
      case "timestamp" ->
          Held.of(Held.Kind.INSTANT).keeping(second).as("CONCAT(CAST(%s AS CHAR), 'Z')");
      // More than a day, and negative ones, are no time of day: its own text.
      case "time" -> Held.of(Held.Kind.TEXT).keeping(second).as(TEXT).unordered();
      case "year" -> Held.of(Held.Kind.INT).as("CAST(%s AS SIGNED)");
      case "uuid", "inet4", "inet6" -> Held.of(Held.Kind.TEXT).as(TEXT);
      default -> Held.of(Held.Kind.NONE);
    };
  }

  /** Of those that are no key, whether a value is equal to what is read of it. */
  static boolean equates(SqlColumn column) {
    String type = column.type();
    return type.equals("bit(1)")
        || type.startsWith("enum(")
        || type.startsWith("set(")
        || (type.startsWith("time") && column.held().kind() == Held.Kind.TEXT);
  }

  static Values.Reader reader(SqlColumn column) {
    Held held = column.held();
    return switch (held.kind()) {
      case DATE, TIMESTAMP, INSTANT -> Values.parsed(held.type());
      case FIXED_BYTES ->
          held.select().equals(NUMBER)
              ? (r, i) -> bits(r.getString(i), held.precision())
              : Values.reader(held);
      default -> Values.reader(held);
    };
  }

  private static ByteBuffer bits(String number, int width) {
    if (number == null) {
      return null;
    }
    byte[] digits = new BigInteger(number).toByteArray();
    byte[] bytes = new byte[width];
    for (int i = 0; i < Math.min(width, digits.length); i++) {
      bytes[width - 1 - i] = digits[digits.length - 1 - i];
    }
    return ByteBuffer.wrap(bytes);
  }

  static Values.Converter converter(SqlColumn column) {
    Held held = column.held();
    Values.Converter usual = Values.converter(held);
    return switch (held.kind()) {
      case FLOAT, DOUBLE -> MariaDbTypes::finite;
      case DATE -> {
        TextValues.Printer printer = TextValues.printer(held.schema());
        // Asked first, as infinity is none.
        yield v -> usual.convert(v) == null ? null : printer.print(v);
      }
      case TIMESTAMP, INSTANT -> {
        TextValues.Printer printer = TextValues.printer(held.schema());
        yield v -> printer.print(Values.kept((Long) v, held)).replace('T', ' ').replace("Z", "");
      }
      case TEXT -> column.type().startsWith("time") ? v -> time(usual.convert(v), held) : usual;
      case INT -> column.type().startsWith("year") ? MariaDbTypes::year : usual;
      default -> usual;
    };
  }

  private static Object finite(Object value) {
    if (!Double.isFinite(((Number) value).doubleValue())) {
      throw new ArithmeticException("is " + value + ", which MariaDB does not know");
    }
    return value;
  }

  // What is not written in full would be read as another time: '12' as 12 seconds.
  private static Object time(Object text, Held held) {
    Matcher m = TIME.matcher((String) text);
    if (!m.matches()) {
      throw new IllegalArgumentException("is '" + text + "', which is no time such as 23:59:59");
    }
    if (m.group(1) != null && m.group(1).length() > held.scale() && !m.group(1).equals("0")) {
      throw new ArithmeticException("is finer than the column keeps");
    }
    return text;
  }

  // Of two digits, it would be put into this century or the last.
  private static Object year(Object value) {
    int year = (Integer) value;
    if (year != 0 && (year < 1901 || year > 2155)) {
      throw new ArithmeticException("is " + year + ", which is no year from 1901 to 2155");
    }
    return year;
  }

  /** The type of a column; texts of a key are as long as an index takes. */
  static Optional<String> type(Schema present, int keys) {
    int bytes = keys == 0 ? 0 : Math.min(KEY_BYTES - 200, KEY_BYTES / keys - 100);
    if (present.getLogicalType() instanceof LogicalTypes.Decimal) {
      return TYPES.of(present);
    }
    return switch (present.getType()) {
      case STRING, ENUM ->
          keys == 0 ? TYPES.of(present) : Optional.of("varchar(" + bytes / CHARACTER_BYTES + ")");
      case BYTES, FIXED -> keys == 0 ? TYPES.of(present) : Optional.of("varbinary(" + bytes + ")");
      default -> TYPES.of(present);
    };
  }
}
