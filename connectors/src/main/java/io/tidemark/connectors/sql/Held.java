package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.ColumnType;
import org.apache.avro.Schema;

/**
 * What a column holds, and how it is asked for.
 *
 * @param kind form of its values
 * @param precision digits of a DECIMAL, bytes of FIXED_BYTES, characters of FIXED_TEXT; else 0
 * @param scale of a DECIMAL, or the digits of a second that a time keeps
 * @param select what to select, {@code %s} standing for the column
 * @param ordered whether the database compares it in the order in which it sorts it, so that it can
 *     be a key
 */
record Held(Kind kind, int precision, int scale, String select, boolean ordered) {

  /** Digits of a second in a microsecond. */
  static final int MICROS = 6;

  /** Form of values. */
  enum Kind {
    BOOLEAN("boolean"),
    INT("int"),
    LONG("long"),
    FLOAT("float"),
    DOUBLE("double"),
    DECIMAL("decimal"),
    TEXT("string"),
    /** Text that loses blanks at its end. */
    TRIMMED_TEXT("string"),
    /** Exactly so many characters. */
    FIXED_TEXT("string"),
    BYTES("bytes"),
    /** Exactly so many bytes. */
    FIXED_BYTES("bytes"),
    DATE("date"),
    TIME("time"),
    /** Without a zone. */
    TIMESTAMP("timestamp"),
    /** A moment; without a zone of its own. */
    INSTANT("timestamptz"),
    /** Values that cannot be carried. */
    NONE("");

    private final String type;

    Kind(String type) {
      this.type = type;
    }
  }

  static Held of(Kind kind) {
    return new Held(kind, 0, MICROS, "%s", kind != Kind.FLOAT && kind != Kind.NONE);
  }

  static Held decimal(int precision, int scale) {
    return new Held(Kind.DECIMAL, precision, scale, "%s", true);
  }

  /** The same, selected by an expression. */
  Held as(String expression) {
    return new Held(kind, precision, scale, expression, ordered);
  }

  /** The same, which keeps so many digits of a second. */
  Held keeping(int digits) {
    return new Held(kind, precision, digits, select, ordered);
  }

  /** The same, of so many bytes or characters. */
  Held wide(int width) {
    return new Held(kind, width, scale, select, ordered);
  }

  /** The same, which is no key. */
  Held unordered() {
    return new Held(kind, precision, scale, select, false);
  }

  /** The type that its values have on their way. */
  ColumnType type() {
    return ColumnType.of(
        kind == Kind.DECIMAL ? "decimal(" + precision + "," + scale + ")" : kind.type);
  }

  /** Avro's type, without null. */
  Schema schema() {
    return type().schema();
  }
}
