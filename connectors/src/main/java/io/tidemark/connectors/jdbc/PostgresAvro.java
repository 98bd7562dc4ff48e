package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.connectors.sql.TableName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.util.Utf8;

/**
 * PostgreSQL's types as Avro's, and the way there from a field of a binary COPY tuple.
 *
 * <p>bool, integers, floats, bytea and text are themselves. {@code date} is days and {@code
 * timestamp(tz)} microseconds since 1970 ({@code timestamp-micros} with a time zone, {@code
 * local-timestamp-micros} without one); infinity is the largest, minus infinity the smallest value
 * of the int or long. {@code numeric(p,s)} is a decimal; it may hold NaN, which no decimal is: that
 * fails, by name, where the sink is not PostgreSQL too (see {@link PostgresRowFormat}). Numerics
 * without precision and everything else are text in PostgreSQL's own form, which its types read
 * back unchanged. A domain is what its base type is.
 */
final class PostgresAvro {

  static final String POSTGRESQL = "postgresql";

  /** PostgreSQL counts from 2000, Avro from 1970. */
  static final int EPOCH_DAYS = 10_957;

  static final long EPOCH_MICROS = EPOCH_DAYS * 86_400_000_000L;

  /**
   * Turns the bytes of a field that is not NULL into what a GenericRecord holds. It may hand out
   * one object again and again: each is one reader's own.
   */
  interface Decoder {
    Object decode(byte[] buffer, int offset, int length) throws NoSuchValueException;
  }

  /** The column holds what its Avro type cannot; the message goes on behind the column's name. */
  static final class NoSuchValueException extends Exception {
    private static final long serialVersionUID = 1L;

    NoSuchValueException(String message) {
      super(message);
    }
  }

  /**
   * How a column is read on the general path.
   *
   * @param expression what to select, given the column quoted
   * @param schema without the null branch
   */
  record Mapping(String expression, Schema schema, Decoder decoder) {}

  private PostgresAvro() {}

  /** The record schema of a row. Field order is column order. */
  static Schema record(TableName table, List<PostgresTable.Column> columns) {
    List<String> names = AvroNames.of(columns.stream().map(PostgresTable.Column::name).toList());
    List<Schema.Field> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      PostgresTable.Column c = columns.get(i);
      Schema type = mapping(c).schema();
      fields.add(
          c.notNull()
              ? AvroNames.marked(new Schema.Field(names.get(i), type), c.name())
              : AvroNames.nullable(names.get(i), c.name(), type));
    }
    Schema schema =
        Schema.createRecord(
            AvroNames.of(List.of(table.table())).getFirst(), null, "tidemark.row", false, fields);
    schema.addProp(SourceShape.DIALECT, POSTGRESQL);
    return schema;
  }

  static Mapping mapping(PostgresTable.Column column) {
    String quoted = Sql.ident(column.name());
    PostgresType type = column.type();
    return switch (type.base()) {
      case "bool" -> plain(quoted, Schema.Type.BOOLEAN, (b, at, n) -> b[at] != 0);
      case "int2" -> plain(quoted, Schema.Type.INT, (b, at, n) -> (int) BigEndian.int16(b, at));
      case "int4" -> plain(quoted, Schema.Type.INT, (b, at, n) -> BigEndian.int32(b, at));
      case "int8" -> plain(quoted, Schema.Type.LONG, (b, at, n) -> BigEndian.int64(b, at));
      case "float4" ->
          plain(
              quoted,
              Schema.Type.FLOAT,
              (b, at, n) -> Float.intBitsToFloat(BigEndian.int32(b, at)));
      case "float8" ->
          plain(
              quoted,
              Schema.Type.DOUBLE,
              (b, at, n) -> Double.longBitsToDouble(BigEndian.int64(b, at)));
      case "bytea" ->
          plain(
              quoted,
              Schema.Type.BYTES,
              (b, at, n) -> ByteBuffer.wrap(Arrays.copyOfRange(b, at, at + n)));
      case "text", "varchar", "bpchar" -> plain(quoted, Schema.Type.STRING, text());
      case "date" ->
          new Mapping(
              quoted,
              LogicalTypes.date().addToSchema(Schema.create(Schema.Type.INT)),
              (b, at, n) -> date(BigEndian.int32(b, at)));
      case "timestamptz" ->
          new Mapping(
              quoted,
              LogicalTypes.timestampMicros().addToSchema(Schema.create(Schema.Type.LONG)),
              (b, at, n) -> micros(BigEndian.int64(b, at)));
      case "timestamp" ->
          new Mapping(
              quoted,
              LogicalTypes.localTimestampMicros().addToSchema(Schema.create(Schema.Type.LONG)),
              (b, at, n) -> micros(BigEndian.int64(b, at)));
      case "numeric" -> numeric(column, quoted);
      // A cast of inet to text adds the netmask that its own text form leaves out.
      case "inet" -> plain("abbrev(" + quoted + ")", Schema.Type.STRING, text());
      default -> plain(quoted + "::text", Schema.Type.STRING, text());
    };
  }

  /** The expression that selects a column in its type's text form. */
  static String text(PostgresTable.Column column) {
    Mapping mapping = mapping(column);
    // What the general path carries as text is so already; a cast would strip char(n) of blanks.
    return mapping.schema().getType() == Schema.Type.STRING
        ? mapping.expression()
        : Sql.ident(column.name()) + "::text";
  }

  private static Mapping plain(String expression, Schema.Type type, Decoder decoder) {
    return new Mapping(expression, Schema.create(type), decoder);
  }

  private static Mapping numeric(PostgresTable.Column column, String quoted) {
    int precision = column.type().precision();
    int scale = column.type().scale();
    // Avro knows no negative scale, nor one beyond the precision.
    if (precision == 0 || scale < 0 || scale > precision) {
      return plain(quoted + "::text", Schema.Type.STRING, text());
    }
    return new Mapping(
        quoted,
        LogicalTypes.decimal(precision, scale).addToSchema(Schema.create(Schema.Type.BYTES)),
        new NumericDecoder(column.name(), precision, scale));
  }

  private static Decoder text() {
    Utf8 text = new Utf8();
    return (b, at, n) -> {
      text.setByteLength(n);
      System.arraycopy(b, at, text.getBytes(), 0, n);
      return text;
    };
  }

  private static int date(int days) {
    // Dates end in the year 5874897, far from the int's end.
    return days == Integer.MAX_VALUE || days == Integer.MIN_VALUE ? days : days + EPOCH_DAYS;
  }

  private static long micros(long value) throws NoSuchValueException {
    if (value == Long.MAX_VALUE || value == Long.MIN_VALUE) {
      return value;
    }
    if (value >= Long.MAX_VALUE - EPOCH_MICROS) {
      throw new NoSuchValueException(
          "holds a time in or after the year 294247, which is beyond microseconds since 1970;"
              + " leave such rows out with source.jdbc.where");
    }
    return value + EPOCH_MICROS;
  }
}
