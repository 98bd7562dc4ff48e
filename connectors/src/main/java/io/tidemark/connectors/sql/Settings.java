package io.tidemark.connectors.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the connector's part of a spec; its form was checked by the spec's JSON Schema. */
public final class Settings {

  private Settings() {}

  /**
   * A setting that must be there.
   *
   * @throws TaskException FATAL if it is not
   */
  public static String text(JsonNode config, String key) throws TaskException {
    return optional(config, key)
        .orElseThrow(() -> TaskException.fatal("jdbc: '" + key + "' is missing in the spec"));
  }

  /** A setting that may be missing. */
  public static Optional<String> optional(JsonNode config, String key) {
    JsonNode value = config.path(key);
    return value.isMissingNode() || value.isNull() ? Optional.empty() : Optional.of(value.asText());
  }

  /** A list of texts; empty where it is missing. */
  public static List<String> texts(JsonNode config, String key) {
    List<String> out = new ArrayList<>();
    config.path(key).forEach(v -> out.add(v.asText()));
    return List.copyOf(out);
  }
}
