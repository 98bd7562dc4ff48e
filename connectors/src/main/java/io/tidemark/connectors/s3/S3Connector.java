package io.tidemark.connectors.s3;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.file.FileSink;
import io.tidemark.connectors.file.FileSource;
import io.tidemark.connectors.file.SinkSettings;
import io.tidemark.connectors.file.SourceSettings;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;

/**
 * Files in an object store that speaks S3: the formats of {@code file}, read and written by the
 * same code over another storage.
 *
 * <p>Source: {@code {url, format, header?, delimiter?, schema?, nulls?}}, sink: {@code {url,
 * format, compression?}}, both with the settings of {@link S3Access}. A source's URL names an
 * object, a prefix that is treated as a folder, or a glob; a sink's the prefix to write below.
 */
public final class S3Connector implements Connector {

  private static final String URL = "url";

  @Override
  public String name() {
    return "s3";
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    SourceSettings settings = SourceSettings.of(config, partition, name(), URL);
    S3Url.of(settings.path(), "source.s3.url");
    return new FileSource(settings, new S3Source(S3Access.of(config, "source.s3")));
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    SinkSettings settings = SinkSettings.of(config, name(), URL);
    S3Url root = S3Url.of(SourceSettings.text(config, "sink.s3", URL), "sink.s3.url");
    return Optional.of(new FileSink(settings, new S3Sink(S3Access.of(config, "sink.s3"), root)));
  }
}
