package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An operation of {@code openapi.json}. */
record Operation(String method, String path, JsonNode description) {

  static final JsonNode DOCUMENT = new OpenApi().document();

  private static final List<String> NONE = List.of();

  /** All that there are. */
  static Stream<Operation> documented() {
    return DOCUMENT.get("paths").properties().stream()
        .flatMap(
            path ->
                path.getValue().properties().stream()
                    .map(
                        m ->
                            new Operation(
                                m.getKey().toUpperCase(Locale.ROOT), path.getKey(), m.getValue())));
  }

  boolean writes() {
    return method.equals("POST");
  }

  /** Whether it is answered without a token. */
  boolean open() {
    return description.has("security") && description.get("security").isEmpty();
  }

  /**
   * A request in which one parameter is wrong.
   *
   * @param address with the query
   * @param header name and value of one; empty: none
   */
  record Wrong(Operation operation, String parameter, String address, List<String> header) {

    @Override
    public String toString() {
      return operation + ", " + parameter;
    }
  }

  /** For each parameter that is described a value that it cannot have. */
  Stream<Wrong> wrong() {
    return parameters()
        .map(
            p -> {
              String name = p.get("name").asText();
              return switch (p.get("in").asText()) {
                case "path" -> {
                  String nobody = address(path.replace("{" + name + "}", "nobody"));
                  yield new Wrong(this, name, nobody + query(required(p)), NONE);
                }
                case "query" -> {
                  Stream<String> all = Stream.concat(required(p), Stream.of(value(p)));
                  yield new Wrong(this, name, address() + query(all), NONE);
                }
                case "header" -> new Wrong(this, name, address(), List.of(name, "!"));
                default -> throw new IllegalStateException("a parameter in " + p.get("in"));
              };
            });
  }

  private static String query(Stream<String> parameters) {
    String all = parameters.collect(Collectors.joining("&"));
    return all.isEmpty() ? "" : "?" + all;
  }

  private Stream<String> required(JsonNode but) {
    return parameters()
        .filter(p -> p.path("required").asBoolean() && p.get("in").asText().equals("query"))
        .filter(p -> !p.equals(but))
        .map(p -> p.get("name").asText() + "=" + p.path("example").asText(ApiFixture.ID));
  }

  private Stream<JsonNode> parameters() {
    return description
        .path("parameters")
        .valueStream()
        .map(p -> p.has("$ref") ? DOCUMENT.at(p.get("$ref").asText().substring(1)) : p);
  }

  /** Where any text would do, it is given twice. */
  private static String value(JsonNode parameter) {
    String name = parameter.get("name").asText();
    JsonNode schema = parameter.get("schema");
    boolean text = schema.path("type").asText().equals("string") && !schema.has("pattern");
    return text ? name + "=1&" + name + "=2" : name + "=!";
  }

  /** Where a test reaches it, in an {@link ApiFixture}. */
  String address() {
    return address(path);
  }

  /** The same, with the query without which there is no answer. */
  String answered() {
    return address() + query(required(NullNode.getInstance()));
  }

  private static String address(String path) {
    return path.replace("{id}", ApiFixture.ID)
        .replace("{path}", "index.html")
        .replace("{store}", "progress")
        .replace("{domain}", "default");
  }

  @Override
  public String toString() {
    return method + " " + path;
  }
}
