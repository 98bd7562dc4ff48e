package io.tidemark.reconciler.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A connector named {@code recording} whose sink writes each manifest to the file it is given. */
public final class RecordingConnector implements Connector {

  @Override
  public String name() {
    return "recording";
  }

  @Override
  public Optional<JsonNode> settings() {
    return Optional.of(JsonNodeFactory.instance.objectNode());
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public Optional<Sink> sink(JsonNode config) {
    return Optional.of(new RecordingSink(Path.of(config.get("path").asText())));
  }

  private record RecordingSink(Path path) implements Sink {

    @Override
    public void finish(Manifest manifest) {
      try {
        Files.writeString(path, manifest.toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public boolean needsFinish() {
      return true;
    }

    @Override
    public List<RowFormat> accepts(SourceShape source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void check(SourceShape source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void checkUnused(String backfill) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void prepare(SourceShape source) {
      throw new UnsupportedOperationException();
    }

    @Override
    public SinkWriter open(Claim claim, SourceShape source, RowFormat format) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
  }
}
