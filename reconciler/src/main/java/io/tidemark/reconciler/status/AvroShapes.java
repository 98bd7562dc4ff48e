package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.Digest;
import java.util.List;
import org.apache.avro.Schema;

/** The JSON Schema of what {@link Json} makes of records of an Avro schema. */
final class AvroShapes {

  private AvroShapes() {}

  /** An object with exactly the record's fields. */
  static ObjectNode of(Schema record) {
    ObjectNode shape = described(Json.object().put("type", "object"), record.getDoc());
    ObjectNode properties = shape.putObject("properties");
    if (record.equals(Digest.getClassSchema())) {
      properties.putObject("domain").put("type", "string");
      properties.putObject("rows").put("type", "integer");
      properties.putObject("sum").put("type", "string").put("pattern", "^[0-9a-f]{16}$");
    } else {
      record
          .getFields()
          .forEach(f -> properties.set(f.name(), described(value(f.schema()), f.doc())));
    }
    ArrayNode required = shape.putArray("required");
    properties.fieldNames().forEachRemaining(required::add);
    return shape.put("additionalProperties", false);
  }

  private static ObjectNode described(ObjectNode shape, String doc) {
    return doc == null ? shape : shape.put("description", doc);
  }

  private static ObjectNode value(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> of(schema);
      case STRING -> type("string");
      case INT, LONG -> type("integer");
      case DOUBLE -> type("number");
      case BOOLEAN -> type("boolean");
      case NULL -> type("null");
      case ENUM -> {
        ObjectNode shape = type("string");
        ArrayNode symbols = shape.putArray("enum");
        schema.getEnumSymbols().forEach(symbols::add);
        yield shape;
      }
      case ARRAY -> {
        ObjectNode shape = type("array");
        shape.set("items", value(schema.getElementType()));
        yield shape;
      }
      case MAP -> {
        ObjectNode shape = type("object");
        shape.set("additionalProperties", value(schema.getValueType()));
        yield shape;
      }
      case UNION -> union(schema.getTypes());
      case BYTES, FIXED, FLOAT ->
          throw new IllegalStateException("no JSON for " + schema.getType());
    };
  }

  private static ObjectNode type(String name) {
    return Json.object().put("type", name);
  }

  /** Of several records each tells which it is. */
  private static ObjectNode union(List<Schema> branches) {
    boolean told = branches.stream().filter(b -> b.getType() == Schema.Type.RECORD).count() > 1;
    ObjectNode shape = Json.object();
    ArrayNode any = shape.putArray("anyOf");
    for (Schema branch : branches) {
      ObjectNode one = value(branch);
      if (told && branch.getType() == Schema.Type.RECORD) {
        one.withObject("/properties").putObject("kind").put("const", branch.getName());
        one.withArray("/required").add("kind");
      }
      any.add(one);
    }
    return shape;
  }
}
