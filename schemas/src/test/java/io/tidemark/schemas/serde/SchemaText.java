package io.tidemark.schemas.serde;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;

/** The full text of a schema, without what concerns Java alone. */
final class SchemaText {

  private static final ObjectMapper JSON = new ObjectMapper();

  private SchemaText() {}

  static String of(Schema schema) {
    try {
      JsonNode text = withoutJava(JSON.readTree(schema.toString()));
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsString(text) + "\n";
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Avro wrote a schema that is no JSON", e);
    }
  }

  private static JsonNode withoutJava(JsonNode node) {
    if (node instanceof ArrayNode array) {
      ArrayNode copy = JSON.createArrayNode();
      array.forEach(item -> copy.add(withoutJava(item)));
      return copy;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    if (object.has("avro.java.string") && object.size() == 2) {
      return object.get("type");
    }
    ObjectNode copy = JSON.createObjectNode();
    object
        .properties()
        .forEach(
            p -> {
              if (!p.getKey().equals("avro.java.string")) {
                copy.set(p.getKey(), withoutJava(p.getValue()));
              }
            });
    return copy;
  }
}
