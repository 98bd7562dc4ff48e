package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Files of a file system that every planner and worker sees under the same paths: Parquet, CSV,
 * JSON Lines and Avro container files.
 *
 * <p>Source: {@code {path, format, header?, delimiter?, schema?, nulls?}}, cut by {@code {file:
 * {megabytes: 64}}}; see {@link FileSource}. Sink: {@code {path, format, compression?}}; see {@link
 * FileSink}. Paths are relative to the working directory of the process.
 *
 * <p>Avro names are letters, digits and underscores. A column of another name has a field whose
 * illegal characters are underscores; the field's property {@code tidemark.column} and {@code
 * SourceShape.columns} hold the true name, and sinks write that.
 */
public final class FileConnector implements Connector {

  private static final String PATH = "path";

  @Override
  public String name() {
    return "file";
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    return new FileSource(SourceSettings.of(config, partition, name(), PATH), new LocalSource());
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    SinkSettings settings = SinkSettings.of(config, name(), PATH);
    Path root = Path.of(SourceSettings.text(config, "sink.file", PATH));
    return Optional.of(new FileSink(settings, new LocalSink(root)));
  }
}
