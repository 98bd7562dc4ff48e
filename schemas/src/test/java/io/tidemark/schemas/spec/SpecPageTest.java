package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.testing.GeneratedPage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@code docs/reference/spec.md}: every key of a spec, as its JSON Schema has it. */
class SpecPageTest {

  private static final String DEFS = "#/$defs/";

  private final GeneratedPage page =
      new GeneratedPage(
          "spec.md",
          SpecPageTest.class,
          "Keys of a spec",
          """

          As `spec-v1.schema.json` defines them. What they are for, with examples: [spec.md](../spec.md). A key that is not here
          is an error.""");

  private JsonNode schema;

  @Test
  void shouldTellOfEveryKeyOfTheSchema() throws IOException {
    try (InputStream in = SpecSchema.class.getResourceAsStream("spec-v1.schema.json")) {
      schema = new ObjectMapper().readTree(in);
    }
    section("Top level", schema);
    page.check();
  }

  /** An object's keys in a table, and behind it the objects that stand under them. */
  private void section(String title, JsonNode object) {
    page.heading(2, title).line(object.path("description").asText()).line("");
    page.head("key", "type", "default", "bounds", "meaning");
    List<Map.Entry<String, JsonNode>> below = new ArrayList<>();
    for (Map.Entry<String, JsonNode> key : object.path("properties").properties()) {
      JsonNode value = key.getValue();
      JsonNode target = target(value);
      JsonNode nested =
          target.path("items").isMissingNode() ? target : target(target.path("items"));
      String path = title.equals("Top level") ? key.getKey() : title + "." + key.getKey();
      boolean opens = nested.has("properties");
      if (opens) {
        below.add(Map.entry(path, nested));
      }
      page.row(
          "`" + key.getKey() + "`",
          opens
              ? (nested.equals(target) ? "" : "list of ")
                  + "["
                  + path
                  + "](#"
                  + path.replace(".", "").toLowerCase(Locale.ROOT)
                  + ")"
              : type(value, target),
          required(object, key.getKey()) ? "required" : byDefault(value),
          bounds(target),
          meaning(value));
    }
    below.forEach(b -> section(b.getKey(), b.getValue()));
  }

  private JsonNode target(JsonNode value) {
    String ref = value.path("$ref").asText();
    return ref.startsWith(DEFS) ? schema.path("$defs").path(ref.substring(DEFS.length())) : value;
  }

  private static String type(JsonNode value, JsonNode target) {
    JsonNode choices = target.path("enum");
    if (choices.isArray()) {
      List<String> all = new ArrayList<>();
      choices.forEach(c -> all.add("`" + c.asText() + "`"));
      return String.join(" or ", all);
    }
    return (value.has("title") ? value : target).path("title").asText();
  }

  private static boolean required(JsonNode object, String key) {
    for (JsonNode name : object.path("required")) {
      if (name.asText().equals(key)) {
        return true;
      }
    }
    return false;
  }

  /** What the description says, which knows of defaults that depend; else the schema's own. */
  private static String byDefault(JsonNode value) {
    String description = value.path("description").asText();
    int said = description.indexOf("Default: ");
    if (said >= 0) {
      return description.substring(said + "Default: ".length()).replaceAll("\\.$", "");
    }
    return value.has("default") ? "`" + value.path("default") + "`" : "";
  }

  private static String meaning(JsonNode value) {
    return value.path("description").asText().replaceAll(" (Default: .*|Required\\.)$", "");
  }

  private static String bounds(JsonNode target) {
    List<String> all = new ArrayList<>();
    for (String name :
        List.of(
            "minimum",
            "exclusiveMinimum",
            "maximum",
            "exclusiveMaximum",
            "minLength",
            "maxLength",
            "minItems",
            "maxItems",
            "minProperties",
            "maxProperties",
            "uniqueItems",
            "pattern")) {
      if (target.has(name)) {
        all.add(name + " `" + target.path(name).asText() + "`");
      }
    }
    return String.join(", ", all);
  }
}
