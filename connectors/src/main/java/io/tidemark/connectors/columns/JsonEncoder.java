package io.tidemark.connectors.columns;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/**
 * Writes values of Avro types as JSON that {@link JsonDecoder} reads back: numbers and decimals as
 * numbers, what has no form of its own in JSON (NaN as well) as the text of {@link TextValues},
 * records as objects, arrays and maps as such.
 */
public interface JsonEncoder {

  /**
   * @param value may be null
   */
  void write(JsonGenerator out, Object value) throws IOException;

  /**
   * How to write values of a type; objects name fields by their columns.
   *
   * @throws IllegalArgumentException if they have no form in JSON; the message says why
   */
  static JsonEncoder of(Schema schema) {
    JsonEncoder present =
        switch (schema.getType()) {
          case UNION -> union(schema);
          case RECORD -> record(schema.getFields());
          case ARRAY -> array(of(schema.getElementType()));
          case MAP -> map(of(schema.getValueType()));
          case BOOLEAN -> (out, v) -> out.writeBoolean((Boolean) v);
          case FLOAT, DOUBLE -> JsonEncoder::real;
          case INT, LONG, BYTES, FIXED, STRING, ENUM -> plain(schema);
          case NULL -> (out, v) -> out.writeNull();
        };
    return (out, v) -> {
      if (v == null) {
        out.writeNull();
      } else {
        present.write(out, v);
      }
    };
  }

  /** Objects of some of a record's fields, given the whole record. */
  static JsonEncoder record(List<Schema.Field> fields) {
    List<JsonEncoder> encoders = new ArrayList<>();
    fields.forEach(f -> encoders.add(of(f.schema())));
    List<String> names = fields.stream().map(AvroNames::column).toList();
    int[] positions = fields.stream().mapToInt(Schema.Field::pos).toArray();
    return (out, v) -> {
      IndexedRecord row = (IndexedRecord) v;
      out.writeStartObject();
      for (int i = 0; i < positions.length; i++) {
        out.writeFieldName(names.get(i));
        encoders.get(i).write(out, row.get(positions[i]));
      }
      out.writeEndObject();
    };
  }

  private static JsonEncoder union(Schema union) {
    List<JsonEncoder> branches = union.getTypes().stream().map(JsonEncoder::of).toList();
    return (out, v) -> branches.get(GenericData.get().resolveUnion(union, v)).write(out, v);
  }

  private static JsonEncoder array(JsonEncoder item) {
    return (out, v) -> {
      out.writeStartArray();
      for (Object each : (Collection<?>) v) {
        item.write(out, each);
      }
      out.writeEndArray();
    };
  }

  private static JsonEncoder map(JsonEncoder value) {
    return (out, v) -> {
      out.writeStartObject();
      for (Map.Entry<?, ?> e : ((Map<?, ?>) v).entrySet()) {
        out.writeFieldName(e.getKey().toString());
        value.write(out, e.getValue());
      }
      out.writeEndObject();
    };
  }

  private static JsonEncoder plain(Schema schema) {
    boolean number =
        switch (schema.getType()) {
          case INT, LONG -> schema.getLogicalType() == null;
          default -> schema.getLogicalType() instanceof LogicalTypes.Decimal;
        };
    if (number && schema.getLogicalType() == null) {
      return (out, v) -> out.writeNumber(((Number) v).longValue());
    }
    TextValues.Printer printer = TextValues.printer(schema);
    return number
        ? (out, v) -> out.writeNumber(printer.print(v))
        : (out, v) -> out.writeString(printer.print(v));
  }

  private static void real(JsonGenerator out, Object value) throws IOException {
    if (Double.isFinite(((Number) value).doubleValue())) {
      out.writeNumber(value.toString());
    } else {
      out.writeString(value.toString());
    }
  }
}
