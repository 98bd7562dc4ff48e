package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Holds the JSON Schema to being a reference that people can read. */
class SpecSchemaTest {

  @Test
  void shouldDescribeEveryPropertyWithItsDefault() throws Exception {
    List<String> bad = new ArrayList<>();
    try (InputStream in = SpecParser.class.getResourceAsStream("spec-v1.schema.json")) {
      visit(new ObjectMapper().readTree(in), "", bad);
    }

    assertThat(bad).isEmpty();
  }

  private static void visit(JsonNode node, String path, List<String> bad) {
    // An object of keys may have one of that name itself.
    boolean isObject = node.path("type").asText().equals("object");
    (isObject ? node.path("properties") : MissingNode.getInstance())
        .properties()
        .forEach(
            p -> {
              String text = p.getValue().path("description").asText();
              boolean kind = node.path("maxProperties").asInt() == 1;
              if (!kind && !text.matches(".*(Required|Default: .*)\\.")) {
                bad.add(path + "/" + p.getKey() + ": no description that ends with its default");
              }
              JsonNode value = p.getValue().get("default");
              if (value != null && value.isValueNode() && !text.contains(value.asText())) {
                bad.add(path + "/" + p.getKey() + ": the description tells another default");
              }
            });
    if (isObject && !node.has("additionalProperties")) {
      bad.add(path + ": lets unknown keys pass");
    }
    // By keyword: a setting may be called as one, such as "properties".
    for (String keyword : List.of("properties", "$defs")) {
      node.path(keyword)
          .properties()
          .forEach(p -> visit(p.getValue(), path + "/" + keyword + "/" + p.getKey(), bad));
    }
    for (String keyword : List.of("items", "additionalProperties")) {
      if (node.path(keyword).isObject()) {
        visit(node.get(keyword), path + "/" + keyword, bad);
      }
    }
  }
}
