package io.tidemark.bench.generated;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Rows made up on the spot, and a sink that forgets them: the control plane alone, without a
 * database to wait for. {@code source: {generated: {rows: 1000000, rows-per-partition: 1}}}.
 */
public final class GeneratedConnector implements Connector {

  @Override
  public String name() {
    return "generated";
  }

  @Override
  public Optional<JsonNode> settings() {
    try {
      return Optional.of(
          new ObjectMapper()
              .readTree(
                  """
                  {"type": "object", "additionalProperties": false, "properties": {
                    "rows": {"type": "integer", "minimum": 0},
                    "rows-per-partition": {"type": "integer", "minimum": 1, "default": 1}}}
                  """));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) {
    return new GeneratedSource(
        config.path("rows").asLong(), config.path("rows-per-partition").asLong(1));
  }

  @Override
  public Optional<Sink> sink(JsonNode config) {
    return Optional.of(new ForgetfulSink());
  }
}
