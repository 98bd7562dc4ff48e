package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.path.NodePath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The spec's JSON Schema at work: validates, says in plain words what is wrong, and fills in the
 * defaults that stand in it. Messages are made of the schema's own titles and descriptions, so that
 * what a user is told and what the schema says cannot drift apart.
 */
final class SpecSchema {

  private static final String RESOURCE = "/io/tidemark/schemas/spec/spec-v1.schema.json";
  private static final int SHOWN = 40;

  private final JsonNode json;
  private final Schema schema;

  /**
   * @param connectors JSON Schema of each further connector's settings, by its name; taken as
   *     source and as sink
   */
  SpecSchema(Map<String, JsonNode> connectors) {
    this.json = read();
    for (String side : List.of("source", "sink")) {
      ObjectNode kinds = (ObjectNode) json.at("/$defs/" + side + "/properties");
      connectors.forEach((name, fragment) -> kinds.set(name, fragment.deepCopy()));
    }
    this.schema =
        SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12).getSchema(json);
  }

  private static JsonNode read() {
    try (InputStream in = SpecSchema.class.getResourceAsStream(RESOURCE)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE + " from the class path", e);
    }
  }

  /** Adds what is wrong with the document, but for values that something is known of already. */
  void validate(YamlTree tree, Problems problems) {
    for (Error error : schema.validate(tree.root())) {
      String path = path(error.getInstanceLocation());
      JsonNode rule = json.at(pointer(error.getSchemaLocation().getFragment(), 1));
      switch (error.getKeyword()) {
        case "required" -> missing(tree, problems, path, error.getProperty(), rule);
        case "additionalProperties" -> unknown(tree, problems, path, error.getProperty(), rule);
        default -> {
          if (!problems.has(path)) {
            wrongValue(tree, problems, path, error, rule);
          }
        }
      }
    }
  }

  private void missing(YamlTree tree, Problems problems, String path, String key, JsonNode rule) {
    String description = rule.at("/properties").path(key).path("description").asText();
    description = description.replace(" Required.", "");
    problems.add(
        tree.key(path),
        path,
        "key '" + key + "' is missing",
        description.isEmpty() ? "" : "add it: " + description);
  }

  private static void unknown(
      YamlTree tree, Problems problems, String path, String key, JsonNode rule) {
    String keyPath = YamlTree.path(path, key);
    problems.add(
        tree.key(keyPath),
        path,
        (namesOneKind(rule) ? "unknown kind '" : "unknown key '") + shortened(key) + "'",
        NearNames.suggest(key, names(rule)));
  }

  private void wrongValue(
      YamlTree tree, Problems problems, String path, Error error, JsonNode rule) {
    JsonNode value = error.getInstanceNode();
    if (namesOneKind(rule) && error.getKeyword().endsWith("Properties")) {
      problems.add(
          tree.key(path),
          path,
          value.isEmpty() ? "names no kind" : "names " + value.size() + " kinds: " + keys(value),
          "keep exactly one of: " + String.join(", ", names(rule)));
      return;
    }
    if (error.getKeyword().equals("enum")) {
      List<String> allowed = new ArrayList<>();
      rule.get("enum").forEach(each -> allowed.add(each.asText()));
      problems.add(
          tree.value(path),
          path,
          "must be "
              + (allowed.size() == 1 ? "" : "one of ")
              + String.join(", ", allowed)
              + ", not "
              + shown(path, value),
          allowed.size() > 1 && value.isTextual()
              ? NearNames.suggest(value.asText(), allowed)
              : "");
      return;
    }
    String title = rule.path("title").asText("something else");
    problems.add(
        tree.value(path),
        path,
        "must be " + title + ", not " + shown(path, value),
        hint(rule, value));
  }

  /** What else to say of a value of the wrong type. */
  private static String hint(JsonNode rule, JsonNode value) {
    if (value.isNull()) {
      return "give it a value or remove the key";
    }
    boolean wantsText = rule.path("type").asText().equals("string");
    String pattern = rule.path("pattern").asText();
    if (wantsText && value.isIntegralNumber() && pattern.endsWith("(ms|s|m|h)$")) {
      return "a bare number has no unit: did you mean " + value.asText() + "s?";
    }
    if (wantsText && value.isIntegralNumber() && pattern.endsWith("(B|KB|MB|GB)$")) {
      return "a bare number has no unit: did you mean " + value.asText() + "B?";
    }
    if (wantsText && (value.isNumber() || value.isBoolean())) {
      return "put it in quotes";
    }
    return "";
  }

  /** The value, or what type it is where showing it might tell a secret. */
  private static String shown(String path, JsonNode value) {
    String key = path.substring(path.lastIndexOf('.') + 1);
    boolean tellsNothing = value.isValueNode() && !key.equals("url") && !SecretRules.isSecret(key);
    if (tellsNothing && value.isTextual() && !value.asText().contains("//")) {
      return value.asText().isEmpty() ? "an empty text" : "'" + shortened(value.asText()) + "'";
    }
    return switch (value.getNodeType()) {
      case OBJECT -> "an object";
      case ARRAY -> value.isEmpty() ? "an empty list" : "this list";
      case NULL -> "nothing";
      case BOOLEAN -> value.asText();
      case NUMBER -> tellsNothing ? "the number " + value.asText() : "a number";
      default -> "this text";
    };
  }

  private static String shortened(String text) {
    return text.length() <= SHOWN ? text : text.substring(0, SHOWN) + "…";
  }

  private static boolean namesOneKind(JsonNode rule) {
    return rule.path("maxProperties").asInt() == 1;
  }

  private static List<String> names(JsonNode rule) {
    List<String> names = new ArrayList<>();
    rule.path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String keys(JsonNode object) {
    List<String> keys = new ArrayList<>();
    object.fieldNames().forEachRemaining(key -> keys.add(shortened(key)));
    return String.join(", ", keys);
  }

  private static String path(NodePath location) {
    String path = "";
    for (int i = 0; i < location.getNameCount(); i++) {
      path =
          switch (location.getElement(i)) {
            case Integer index -> YamlTree.path(path, index);
            case Object key -> YamlTree.path(path, key.toString());
          };
    }
    return path;
  }

  /** JSON pointer of a place in the schema without its last {@code up} steps. */
  private static String pointer(NodePath location, int up) {
    StringBuilder pointer = new StringBuilder();
    for (int i = 0; i < location.getNameCount() - up; i++) {
      String step = String.valueOf(location.getElement(i));
      pointer.append('/').append(step.replace("~", "~0").replace("/", "~1"));
    }
    return pointer.toString();
  }

  /** The document, which must be valid, with every default of the schema filled in. */
  ObjectNode filled(JsonNode valid) {
    ObjectNode copy = valid.deepCopy();
    fill(copy, json);
    return copy;
  }

  private void fill(ObjectNode object, JsonNode rule) {
    JsonNode rules = target(rule).path("properties");
    rules
        .properties()
        .forEach(
            p -> {
              JsonNode byDefault = p.getValue().get("default");
              if (byDefault != null && !object.has(p.getKey())) {
                object.set(p.getKey(), byDefault.deepCopy());
              }
              if (object.get(p.getKey()) instanceof ObjectNode child) {
                fill(child, p.getValue());
              }
            });
  }

  private JsonNode target(JsonNode rule) {
    String ref = rule.path("$ref").asText();
    return ref.startsWith("#/") ? json.at(ref.substring(1)) : rule;
  }
}
