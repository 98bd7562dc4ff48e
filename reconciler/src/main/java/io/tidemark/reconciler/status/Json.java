package io.tidemark.reconciler.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.schemas.avro.Digest;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;

/**
 * Avro records as JSON: the fields under the names that the schemas give them, enums as text. The
 * branch of a union of records is told by a field {@code kind}; a digest's sum is 16 hex digits,
 * since numbers beyond 2^53 do not survive in every reader.
 */
final class Json {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private Json() {}

  static byte[] bytes(JsonNode node) {
    try {
      return MAPPER.writeValueAsBytes(node);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write JSON", e);
    }
  }

  static ObjectNode object() {
    return NODES.objectNode();
  }

  static ArrayNode array(Collection<? extends SpecificRecord> records) {
    ArrayNode array = NODES.arrayNode();
    records.forEach(r -> array.add(of(r)));
    return array;
  }

  static ObjectNode of(SpecificRecord record) {
    ObjectNode object = NODES.objectNode();
    if (record instanceof Digest d) {
      return object
          .put("domain", d.getDomain())
          .put("rows", d.getRows())
          .put("sum", String.format("%016x", d.getSum()));
    }
    for (Schema.Field field : record.getSchema().getFields()) {
      object.set(field.name(), value(record.get(field.pos()), field.schema()));
    }
    return object;
  }

  private static JsonNode value(Object value, Schema schema) {
    return switch (value) {
      case null -> NODES.nullNode();
      case SpecificRecord r -> {
        ObjectNode object = of(r);
        if (schema.isUnion()
            && schema.getTypes().stream().filter(t -> t.getType() == Schema.Type.RECORD).count()
                > 1) {
          object.put("kind", r.getSchema().getName());
        }
        yield object;
      }
      case Collection<?> c -> {
        ArrayNode array = NODES.arrayNode();
        Schema items = schema.isUnion() ? Schema.create(Schema.Type.NULL) : schema.getElementType();
        c.forEach(item -> array.add(value(item, items)));
        yield array;
      }
      case Map<?, ?> m -> {
        ObjectNode object = NODES.objectNode();
        m.forEach((k, v) -> object.set(k.toString(), value(v, schema.getValueType())));
        yield object;
      }
      case Long n -> NODES.numberNode(n);
      case Integer n -> NODES.numberNode(n);
      case Double n -> NODES.numberNode(n);
      case Boolean b -> NODES.booleanNode(b);
      case CharSequence s -> NODES.textNode(s.toString());
      case Enum<?> e -> NODES.textNode(e.name());
      default -> throw new IllegalStateException("no JSON for " + value.getClass());
    };
  }
}
