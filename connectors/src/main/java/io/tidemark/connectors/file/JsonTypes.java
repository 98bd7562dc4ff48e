package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.Shown;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;

/**
 * The types that a JSON value was seen to have, and the Avro type that takes them all: whole
 * numbers are {@code long}, numbers with a fraction or exponent {@code double}, both together
 * {@code double}; texts are {@code string}; objects records whose fields are those seen, arrays
 * arrays. Several kinds make a union. Everything is nullable. What was only ever null, or an empty
 * array's item, is a {@code string}.
 */
final class JsonTypes {

  private boolean bool;
  private boolean whole;
  private boolean fraction;
  private boolean text;
  private JsonTypes items;
  private Map<String, JsonTypes> fields;

  /**
   * @throws BadValueException if a whole number is out of long's range
   */
  void add(JsonNode value, String path) throws BadValueException {
    switch (value.getNodeType()) {
      case BOOLEAN -> bool = true;
      case STRING -> text = true;
      case NUMBER -> {
        if (value.isIntegralNumber() && !value.canConvertToLong()) {
          throw BadValueException.of(
              path,
              "holds "
                  + Shown.text(value.asText())
                  + ", out of long's range; declare a decimal with schema");
        }
        whole |= value.isIntegralNumber();
        fraction |= !value.isIntegralNumber();
      }
      case ARRAY -> {
        items = items == null ? new JsonTypes() : items;
        for (JsonNode item : value) {
          items.add(item, path + "[]");
        }
      }
      case OBJECT -> {
        fields = fields == null ? new LinkedHashMap<>() : fields;
        for (Map.Entry<String, JsonNode> e : value.properties()) {
          fields
              .computeIfAbsent(e.getKey(), k -> new JsonTypes())
              .add(e.getValue(), path.isEmpty() ? e.getKey() : path + "." + e.getKey());
        }
        if (fields.size() > CsvKind.MOST_COLUMNS) {
          throw BadValueException.of(
              path, "would have more than " + CsvKind.MOST_COLUMNS + " columns");
        }
      }
      case NULL, MISSING, BINARY, POJO -> {
        // Null says nothing about the type; a parser makes none of the others.
      }
    }
  }

  /** The record of the fields seen. */
  Schema record(String name, String namespace) {
    Map<String, JsonTypes> seen = fields == null ? Map.of() : fields;
    List<String> columns = List.copyOf(seen.keySet());
    List<String> names = AvroNames.of(columns);
    List<Schema.Field> out = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      Schema type = seen.get(columns.get(i)).nullable(names.get(i), namespace + "." + name);
      out.add(
          AvroNames.marked(
              new Schema.Field(names.get(i), type, null, Schema.Field.NULL_DEFAULT_VALUE),
              columns.get(i)));
    }
    return Schema.createRecord(name, null, namespace, false, out);
  }

  private Schema nullable(String name, String namespace) {
    List<Schema> branches = new ArrayList<>();
    branches.add(Schema.create(Type.NULL));
    if (bool) {
      branches.add(Schema.create(Type.BOOLEAN));
    }
    if (whole && !fraction) {
      branches.add(Schema.create(Type.LONG));
    }
    if (fraction) {
      branches.add(Schema.create(Type.DOUBLE));
    }
    boolean unknown = !bool && !whole && !fraction && items == null && fields == null;
    if (text || unknown) {
      branches.add(Schema.create(Type.STRING));
    }
    if (items != null) {
      branches.add(Schema.createArray(items.nullable("item", namespace + "." + name)));
    }
    if (fields != null) {
      branches.add(record(name, namespace));
    }
    return Schema.createUnion(branches);
  }
}
