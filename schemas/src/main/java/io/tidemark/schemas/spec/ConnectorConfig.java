package io.tidemark.schemas.spec;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What a one-key object of a spec holds: {@code {jdbc: {table: orders}}} is kind {@code jdbc} with
 * config {@code {table: orders}}. Secrets in it are still references; {@link Secrets} resolves
 * them.
 *
 * @param kind the key
 * @param config what stands behind it, defaults filled in; not to be changed
 */
public record ConnectorConfig(String kind, JsonNode config) {

  /** The one-key object again. */
  public ObjectNode asObject() {
    return JsonNodeFactory.instance.objectNode().set(kind, config);
  }
}
