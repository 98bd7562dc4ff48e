package io.tidemark.connectors.iceberg;

import io.tidemark.connectors.columns.AvroNames;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/** Iceberg's types for Avro's: of a table that is created, and for messages. */
final class LakeTypes {

  private static final int MOST_DIGITS = 38;

  private LakeTypes() {}

  /** The schema of a table for such rows; ids are of no account, catalogs give their own. */
  static org.apache.iceberg.Schema table(Schema rows) {
    return new org.apache.iceberg.Schema(fields(rows, new AtomicInteger()));
  }

  /**
   * The type of a table's column for such values.
   *
   * @throws IllegalArgumentException if there is none; the message says why and what would do
   */
  static Type of(Schema schema) {
    return of(schema, new AtomicInteger());
  }

  private static List<Types.NestedField> fields(Schema record, AtomicInteger ids) {
    List<Types.NestedField> fields = new ArrayList<>();
    for (Schema.Field f : record.getFields()) {
      int id = ids.incrementAndGet();
      Type type = of(f.schema(), ids);
      fields.add(
          Types.NestedField.builder()
              .withId(id)
              .isOptional(f.schema().isNullable())
              .withName(AvroNames.column(f))
              .ofType(type)
              .withDoc(f.doc())
              .build());
    }
    return fields;
  }

  private static Type of(Schema schema, AtomicInteger ids) {
    Schema type = present(schema);
    LogicalType logical = type.getLogicalType();
    return logical == null ? plain(type, ids) : logical(type, logical, ids);
  }

  private static Type logical(Schema type, LogicalType logical, AtomicInteger ids) {
    return switch (logical) {
      case LogicalTypes.Decimal d -> decimal(d);
      case LogicalTypes.Uuid u -> Types.UUIDType.get();
      case LogicalTypes.Date d -> Types.DateType.get();
      case LogicalTypes.TimeMillis t -> Types.TimeType.get();
      case LogicalTypes.TimeMicros t -> Types.TimeType.get();
      case LogicalTypes.TimestampMillis t -> Types.TimestampType.withZone();
      case LogicalTypes.TimestampMicros t -> Types.TimestampType.withZone();
      case LogicalTypes.LocalTimestampMillis t -> Types.TimestampType.withoutZone();
      case LogicalTypes.LocalTimestampMicros t -> Types.TimestampType.withoutZone();
      case LogicalTypes.TimestampNanos t -> Types.TimestampNanoType.withZone();
      case LogicalTypes.LocalTimestampNanos t -> Types.TimestampNanoType.withoutZone();
      case LogicalType other -> plain(type, ids);
    };
  }

  private static Type decimal(LogicalTypes.Decimal decimal) {
    if (decimal.getPrecision() > MOST_DIGITS) {
      throw new IllegalArgumentException(
          "has "
              + decimal.getPrecision()
              + " digits, and Iceberg's decimals have 38 at most; cast it to string or to a smaller"
              + " decimal");
    }
    return Types.DecimalType.of(decimal.getPrecision(), decimal.getScale());
  }

  private static Type plain(Schema type, AtomicInteger ids) {
    return switch (type.getType()) {
      case BOOLEAN -> Types.BooleanType.get();
      case INT -> Types.IntegerType.get();
      case LONG -> Types.LongType.get();
      case FLOAT -> Types.FloatType.get();
      case DOUBLE -> Types.DoubleType.get();
      case STRING, ENUM -> Types.StringType.get();
      case BYTES -> Types.BinaryType.get();
      case FIXED -> Types.FixedType.ofLength(type.getFixedSize());
      case ARRAY -> {
        int id = ids.incrementAndGet();
        Type element = of(type.getElementType(), ids);
        yield type.getElementType().isNullable()
            ? Types.ListType.ofOptional(id, element)
            : Types.ListType.ofRequired(id, element);
      }
      case MAP -> {
        int key = ids.incrementAndGet();
        int value = ids.incrementAndGet();
        Type values = of(type.getValueType(), ids);
        yield type.getValueType().isNullable()
            ? Types.MapType.ofOptional(key, value, Types.StringType.get(), values)
            : Types.MapType.ofRequired(key, value, Types.StringType.get(), values);
      }
      case RECORD -> {
        if (type.getFields().isEmpty()) {
          throw new IllegalArgumentException("is a record without fields; leave it out");
        }
        yield Types.StructType.of(fields(type, ids));
      }
      case NULL -> throw new IllegalArgumentException("has no type, only NULLs; leave it out");
      case UNION -> throw new IllegalArgumentException("is a union within a union");
    };
  }

  /**
   * The type without the null branch.
   *
   * @throws IllegalArgumentException if it is a union of several others
   */
  static Schema present(Schema schema) {
    if (schema.getType() != Schema.Type.UNION) {
      return schema;
    }
    List<Schema> branches =
        schema.getTypes().stream().filter(s -> s.getType() != Schema.Type.NULL).toList();
    if (branches.size() != 1) {
      throw new IllegalArgumentException(
          "is a union of several types, which Iceberg does not have; cast it to string");
    }
    return branches.getFirst();
  }
}
