package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.AvroNames;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericFixed;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.DecimalLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.IntLogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimestampLogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * The columns of a Parquet file as Avro's.
 *
 * <p>Mostly parquet-avro's mapping. It knows no Avro type for some of Parquet's, and passes their
 * bare numbers, or worse; such a column is mended here: INT96 becomes {@code timestamp-micros},
 * decimals on INT32 and INT64 {@code decimal} on bytes, unsigned INT32 {@code long}, unsigned INT64
 * {@code decimal(20,0)}, timestamps in nanoseconds {@code timestamp-nanos} or {@code
 * local-timestamp-nanos}, JSON {@code string}. Nested in lists, maps and groups these are refused
 * by name. Other types without a counterpart stay what they are stored as: times in nanoseconds
 * {@code long}, FLOAT16 and INTERVAL {@code fixed}, BSON {@code bytes}.
 *
 * @param legal the file's schema with Avro's names
 * @param read what parquet-avro is asked for
 * @param row schema of the rows that are handed on
 * @param mends one for each field, null where nothing is to be done; empty: nothing anywhere
 */
record ParquetColumns(MessageType legal, Schema read, Schema row, List<Mend> mends) {

  private static final int JULIAN_EPOCH = 2_440_588;
  private static final long DAY_MICROS = 86_400_000_000L;

  /** Turns a value that parquet-avro read into that of the row. */
  interface Mend {
    /**
     * @throws ArithmeticException if the row's type cannot hold the value
     */
    Object apply(Object value);
  }

  // No mend: the value stays, only Avro's name for its type was missing.
  private record Mended(LogicalType logical, Schema.Type type, Mend mend) {}

  /**
   * @param written the Avro schema that the file carries beside its own, or null
   * @throws UnsupportedOperationException if a column is of a type that cannot be read
   */
  static ParquetColumns of(MessageType file, Schema written, ParquetConfiguration conf) {
    List<Type> legal = legal(file);
    List<String> columns = file.getFields().stream().map(Type::getName).toList();
    List<Mended> mended = new ArrayList<>();
    for (Type t : legal) {
      mended.add(t.isPrimitive() ? mended(t.asPrimitiveType()) : null);
      if (!t.isPrimitive()) {
        refuseNested(t.asGroupType(), t.getName());
      } else if (mended.getLast() != null && t.isRepetition(Type.Repetition.REPEATED)) {
        throw unsupported(t.asPrimitiveType(), t.getName());
      }
    }
    List<Mend> mends = mended.stream().map(m -> m == null ? null : m.mend()).toList();
    boolean plain = mends.stream().allMatch(m -> m == null);
    if (plain && written != null && names(written).equals(names(legal))) {
      Schema row = renamed(written, columns, List.of());
      return new ParquetColumns(new MessageType("row", legal), row, row, List.of());
    }
    // parquet-avro would make something of its own of these: it is to pass them as they are stored.
    List<Type> bare = new ArrayList<>();
    for (int i = 0; i < legal.size(); i++) {
      bare.add(mended.get(i) == null ? legal.get(i) : bare(legal.get(i).asPrimitiveType()));
    }
    MessageType message = new MessageType("row", bare);
    Schema read = new AvroSchemaConverter(conf).convert(message);
    List<Schema> types = new ArrayList<>();
    for (Schema.Field f : read.getFields()) {
      Mended m = mended.get(f.pos());
      types.add(m == null ? f.schema() : schema(m, f.schema().isNullable()));
    }
    Schema row = renamed(read, columns, types);
    return plain
        ? new ParquetColumns(message, row, row, List.of())
        : new ParquetColumns(message, read, row, mends);
  }

  private static Type bare(PrimitiveType type) {
    return Types.primitive(type.getPrimitiveTypeName(), type.getRepetition())
        .length(type.getTypeLength())
        .named(type.getName());
  }

  private static List<String> names(Schema schema) {
    return schema.getType() != Schema.Type.RECORD
        ? List.of()
        : schema.getFields().stream().map(Schema.Field::name).toList();
  }

  private static List<String> names(List<Type> fields) {
    return fields.stream().map(Type::getName).toList();
  }

  private static List<Type> legal(GroupType group) {
    List<String> names = AvroNames.of(group.getFields().stream().map(Type::getName).toList());
    List<Type> fields = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Type t = group.getType(i);
      fields.add(
          t.isPrimitive()
              ? ParquetSchemas.renamed(t.asPrimitiveType(), names.get(i))
              : ParquetSchemas.renamed(
                  t.asGroupType().withNewFields(legal(t.asGroupType())), names.get(i)));
    }
    return fields;
  }

  private static Schema renamed(Schema record, List<String> columns, List<Schema> types) {
    List<Schema.Field> fields = new ArrayList<>();
    for (Schema.Field f : record.getFields()) {
      Schema type = types.isEmpty() ? f.schema() : types.get(f.pos());
      Schema.Field field = new Schema.Field(f.name(), type, f.doc());
      fields.add(AvroNames.marked(field, columns.get(f.pos())));
    }
    return Schema.createRecord("row", null, "tidemark.file", false, fields);
  }

  private static Schema schema(Mended mended, boolean nullable) {
    Schema type = Schema.create(mended.type());
    if (mended.logical() != null) {
      mended.logical().addToSchema(type);
    }
    return nullable ? Schema.createUnion(Schema.create(Schema.Type.NULL), type) : type;
  }

  private static Mended mended(PrimitiveType type) {
    if (type.getPrimitiveTypeName() == PrimitiveTypeName.INT96) {
      return new Mended(
          LogicalTypes.timestampMicros(), Schema.Type.LONG, v -> int96((GenericFixed) v));
    }
    boolean isInt =
        type.getPrimitiveTypeName() == PrimitiveTypeName.INT32
            || type.getPrimitiveTypeName() == PrimitiveTypeName.INT64;
    return switch (type.getLogicalTypeAnnotation()) {
      case DecimalLogicalTypeAnnotation d when isInt ->
          new Mended(
              LogicalTypes.decimal(d.getPrecision(), d.getScale()),
              Schema.Type.BYTES,
              v -> bytes(BigInteger.valueOf(((Number) v).longValue())));
      case IntLogicalTypeAnnotation i when !i.isSigned() && i.getBitWidth() == 32 ->
          new Mended(null, Schema.Type.LONG, v -> Integer.toUnsignedLong((Integer) v));
      case IntLogicalTypeAnnotation i when !i.isSigned() && i.getBitWidth() == 64 ->
          new Mended(
              LogicalTypes.decimal(20, 0),
              Schema.Type.BYTES,
              v -> bytes(new BigInteger(Long.toUnsignedString((Long) v))));
      case TimestampLogicalTypeAnnotation t
          when t.getUnit() == LogicalTypeAnnotation.TimeUnit.NANOS ->
          new Mended(
              t.isAdjustedToUTC()
                  ? LogicalTypes.timestampNanos()
                  : LogicalTypes.localTimestampNanos(),
              Schema.Type.LONG,
              null);
      case LogicalTypeAnnotation.JsonLogicalTypeAnnotation j ->
          new Mended(
              null,
              Schema.Type.STRING,
              v -> StandardCharsets.UTF_8.decode((ByteBuffer) v).toString());
      case null -> null;
      default -> null;
    };
  }

  private static void refuseNested(GroupType group, String path) {
    for (Type t : group.getFields()) {
      String full = path + "." + t.getName();
      if (!t.isPrimitive()) {
        refuseNested(t.asGroupType(), full);
      } else if (mended(t.asPrimitiveType()) != null) {
        throw unsupported(t.asPrimitiveType(), full);
      }
    }
  }

  private static UnsupportedOperationException unsupported(PrimitiveType type, String path) {
    return new UnsupportedOperationException(
        "column '" + path + "': values of type " + type + " inside of lists, maps and groups");
  }

  private static ByteBuffer bytes(BigInteger value) {
    return ByteBuffer.wrap(value.toByteArray());
  }

  // Nanoseconds of the day, then the Julian day, little-endian; an instant, as Spark and Hive have
  // it.
  private static Long int96(GenericFixed fixed) {
    ByteBuffer in = ByteBuffer.wrap(fixed.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    long nanos = in.getLong();
    long day = in.getInt() - (long) JULIAN_EPOCH;
    if (nanos % 1_000 != 0) {
      throw new ArithmeticException(
          "an INT96 timestamp is finer than microseconds; write the file with TIMESTAMP(NANOS)");
    }
    return Math.addExact(Math.multiplyExact(day, DAY_MICROS), nanos / 1_000);
  }
}
