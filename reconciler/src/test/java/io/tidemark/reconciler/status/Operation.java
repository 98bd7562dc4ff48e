package io.tidemark.reconciler.status;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.stream.Stream;

/** An operation of {@code openapi.json}. */
record Operation(String method, String path, JsonNode description) {

  static final JsonNode DOCUMENT = new OpenApi().document();

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

  /** Where a test reaches it, in an {@link ApiFixture}. */
  String address() {
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
