package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** {@code docs/spec.md} names every key that the JSON Schema has, in the section it belongs to. */
class SpecDocumentationTest {

  private static final Path PAGE = Path.of(System.getProperty("tidemark.root"), "docs", "spec.md");

  @Test
  void shouldNameEveryKeyWhenOnItsPage() throws IOException {
    Map<String, String> sections = sections(Files.readString(PAGE));

    keys()
        .forEach(
            (section, properties) ->
                properties
                    .fieldNames()
                    .forEachRemaining(
                        key ->
                            assertThat(sections.getOrDefault(section, ""))
                                .as("section '%s' of docs/spec.md must describe a key", section)
                                .contains("| `" + key + "` |")));
  }

  @Test
  void shouldNameNoOtherKeyWhenOnItsPage() throws IOException {
    Map<String, String> sections = sections(Files.readString(PAGE));

    keys()
        .forEach(
            (section, properties) ->
                assertThat(
                        sections
                            .getOrDefault(section, "")
                            .lines()
                            .filter(line -> line.startsWith("| `"))
                            .map(line -> line.substring(3, line.indexOf('`', 3))))
                    .as("section '%s' of docs/spec.md must hold the schema's keys only", section)
                    .allMatch(properties::has));
  }

  /** The properties of each object of the schema, by the section that describes them. */
  private static Map<String, JsonNode> keys() throws IOException {
    JsonNode schema;
    try (InputStream in = SpecSchema.class.getResourceAsStream("spec-v1.schema.json")) {
      schema = new ObjectMapper().readTree(in);
    }
    Map<String, JsonNode> keys = new TreeMap<>();
    keys.put("Top level", schema.get("properties"));
    for (String end : new String[] {"source", "partition", "sink"}) {
      schema
          .at("/$defs/" + end + "/properties")
          .properties()
          .forEach(kind -> keys.put(end + "." + kind.getKey(), kind.getValue().get("properties")));
    }
    for (String plain :
        new String[] {"transform", "chunk", "retry", "deadLetters", "limits", "probe"}) {
      keys.put(plain, schema.at("/$defs/" + plain + "/properties"));
    }
    return keys;
  }

  /** The page's text, by heading. */
  private static Map<String, String> sections(String page) {
    Map<String, String> sections = new TreeMap<>();
    for (String part : page.split("(?m)^#+ ", -1)) {
      int end = part.indexOf('\n');
      if (end > 0) {
        sections.put(part.substring(0, end).strip(), part.substring(end));
      }
    }
    return sections;
  }
}
