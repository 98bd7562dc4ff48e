package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.AvroNames;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.parquet.avro.AvroReadSupport;
import org.apache.parquet.avro.AvroSchemaConverter;
import org.apache.parquet.avro.AvroWriteSupport;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Parquet schemas for Avro's, and how parquet-avro is set up. */
final class ParquetSchemas {

  private ParquetSchemas() {}

  /** Lists in the three-level form of the format's specification; no reflection. */
  static ParquetConfiguration configuration() {
    PlainParquetConfiguration conf = new PlainParquetConfiguration();
    conf.setBoolean(AvroSchemaConverter.ADD_LIST_ELEMENT_RECORDS, false);
    conf.setBoolean(AvroWriteSupport.WRITE_OLD_LIST_STRUCTURE, false);
    conf.setBoolean(AvroReadSupport.AVRO_COMPATIBILITY, false);
    conf.setBoolean(AvroReadSupport.READ_INT96_AS_FIXED, true);
    return conf;
  }

  /**
   * The file schema for rows of that schema, with the columns' true names.
   *
   * @throws RuntimeException if Parquet has no type for one
   */
  static MessageType of(Schema schema) {
    MessageType plain = new AvroSchemaConverter(configuration()).convert(schema);
    List<Type> fields = new ArrayList<>();
    for (Schema.Field f : schema.getFields()) {
      Type type = plain.getType(f.pos());
      String name = AvroNames.column(f);
      if (type.isPrimitive()) {
        LogicalTypeAnnotation nanos = nanos(f.schema());
        fields.add(renamed(type.asPrimitiveType(), name, nanos));
      } else {
        fields.add(renamed(type.asGroupType(), name));
      }
    }
    return new MessageType(plain.getName(), fields);
  }

  // parquet-avro does not know Avro's nanoseconds.
  private static LogicalTypeAnnotation nanos(Schema schema) {
    Schema type =
        schema.getType() == Schema.Type.UNION ? AvroSchemaConverter.getNonNull(schema) : schema;
    return switch (type.getLogicalType()) {
      case LogicalTypes.TimestampNanos n ->
          LogicalTypeAnnotation.timestampType(true, TimeUnit.NANOS);
      case LogicalTypes.LocalTimestampNanos n ->
          LogicalTypeAnnotation.timestampType(false, TimeUnit.NANOS);
      case null -> null;
      default -> null;
    };
  }

  static PrimitiveType renamed(PrimitiveType type, String name) {
    return renamed(type, name, null);
  }

  private static PrimitiveType renamed(
      PrimitiveType type, String name, LogicalTypeAnnotation instead) {
    var builder =
        Types.primitive(type.getPrimitiveTypeName(), type.getRepetition())
            .length(type.getTypeLength())
            .as(instead == null ? type.getLogicalTypeAnnotation() : instead);
    return (type.getId() == null ? builder : builder.id(type.getId().intValue())).named(name);
  }

  static GroupType renamed(GroupType type, String name) {
    var builder =
        Types.buildGroup(type.getRepetition())
            .as(type.getLogicalTypeAnnotation())
            .addFields(type.getFields().toArray(new Type[0]));
    return (type.getId() == null ? builder : builder.id(type.getId().intValue())).named(name);
  }
}
