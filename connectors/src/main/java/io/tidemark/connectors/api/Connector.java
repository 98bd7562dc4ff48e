package io.tidemark.connectors.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;
import java.util.ServiceLoader;

/**
 * A kind of source and sink, found by {@link ServiceLoader}. The spec's one-key objects name it:
 * {@code source: {jdbc: {…}}} is opened by the connector named {@code jdbc}.
 */
public interface Connector {

  /** The key that names it in a spec. */
  String name();

  /**
   * JSON Schema (draft 2020-12) of its settings in a spec, for a connector that Tidemark does not
   * bring itself; the spec's own schema has those of {@code jdbc}, {@code file} and {@code s3}.
   */
  default Optional<JsonNode> settings() {
    return Optional.empty();
  }

  /**
   * Opens a source. Secrets in {@code config} are already resolved; they stand in no message.
   *
   * @param config what stands behind the connector's key
   * @param partition the spec's {@code partition} object, e.g. {@code {key: {columns: [id], rows:
   *     1}}}
   */
  Source source(JsonNode config, JsonNode partition) throws TaskException;

  /** Opens a sink; empty if this kind has none. */
  Optional<Sink> sink(JsonNode config) throws TaskException;

  /**
   * The connector of that name.
   *
   * @throws TaskException FATAL, naming those that exist
   */
  static Connector named(String name) throws TaskException {
    StringBuilder known = new StringBuilder();
    for (Connector c : ServiceLoader.load(Connector.class, Connector.class.getClassLoader())) {
      if (c.name().equals(name)) {
        return c;
      }
      known.append(known.isEmpty() ? "" : ", ").append(c.name());
    }
    throw TaskException.fatal("there is no connector '" + name + "'; there are: " + known);
  }
}
