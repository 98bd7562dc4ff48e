package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonGenerator;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.TextValues;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.IndexedRecord;

/**
 * Writes a value as JSON: numbers as numbers, what JSON has no type for (decimals, dates, times,
 * bytes, NaN) as the text that {@link TextValues} makes of it, records and maps as objects, arrays
 * as arrays, NULL as null.
 */
interface JsonPrinter {

  void print(JsonGenerator out, Object value) throws IOException;

  /**
   * How to write values of a column.
   *
   * @throws IllegalArgumentException if its values have no form in JSON; the message says why
   */
  static JsonPrinter of(Schema schema) {
    if (schema.getLogicalType() != null) {
      return text(TextValues.printer(schema));
    }
    return switch (schema.getType()) {
      case BOOLEAN -> (out, v) -> out.writeBoolean((Boolean) v);
      case INT -> (out, v) -> out.writeNumber((Integer) v);
      case LONG -> (out, v) -> out.writeNumber((Long) v);
      case FLOAT -> (out, v) -> out.writeNumber((Float) v);
      case DOUBLE -> (out, v) -> out.writeNumber((Double) v);
      case STRING, ENUM, BYTES, FIXED, NULL -> text(TextValues.printer(schema));
      case ARRAY -> array(of(schema.getElementType()));
      case MAP -> map(of(schema.getValueType()));
      case RECORD -> record(schema);
      case UNION -> union(schema);
    };
  }

  private static JsonPrinter text(TextValues.Printer printer) {
    return (out, v) -> out.writeString(printer.print(v));
  }

  private static JsonPrinter array(JsonPrinter item) {
    return (out, v) -> {
      out.writeStartArray();
      for (Object each : (Collection<?>) v) {
        item.print(out, each);
      }
      out.writeEndArray();
    };
  }

  private static JsonPrinter map(JsonPrinter value) {
    return (out, v) -> {
      out.writeStartObject();
      for (Map.Entry<?, ?> e : ((Map<?, ?>) v).entrySet()) {
        out.writeFieldName(e.getKey().toString());
        value.print(out, e.getValue());
      }
      out.writeEndObject();
    };
  }

  private static JsonPrinter record(Schema schema) {
    List<String> names = schema.getFields().stream().map(AvroNames::column).toList();
    List<JsonPrinter> printers = schema.getFields().stream().map(f -> of(f.schema())).toList();
    return (out, v) -> {
      IndexedRecord record = (IndexedRecord) v;
      out.writeStartObject();
      for (int i = 0; i < printers.size(); i++) {
        out.writeFieldName(names.get(i));
        printers.get(i).print(out, record.get(i));
      }
      out.writeEndObject();
    };
  }

  private static JsonPrinter union(Schema union) {
    List<JsonPrinter> branches =
        union.getTypes().stream().map(b -> b.getType() == Schema.Type.NULL ? null : of(b)).toList();
    GenericData data = new GenericData();
    return (out, v) -> {
      if (v == null) {
        out.writeNull();
      } else {
        branches.get(data.resolveUnion(union, v)).print(out, v);
      }
    };
  }
}
