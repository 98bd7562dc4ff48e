package io.tidemark.connectors;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.transform.TransformedSource;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.ConnectorConfig;
import io.tidemark.schemas.spec.SecretException;
import io.tidemark.schemas.spec.Secrets;
import io.tidemark.schemas.spec.Spec;
import java.util.ArrayList;
import java.util.List;

/**
 * A backfill's way from its source to its sink, both opened from the spec, with the format that
 * they agreed on. One per backfill and process; thread-safe as its parts are.
 */
public final class Route implements AutoCloseable {

  private final Source source;
  private final Sink sink;
  private volatile RowFormat format;

  private Route(Source source, Sink sink) {
    this.source = source;
    this.sink = sink;
  }

  /**
   * Opens both ends; secrets are resolved here and nowhere else.
   *
   * @throws TaskException if a connector refuses its settings; LOCAL if a secret is missing here
   */
  public static Route open(Spec spec) throws TaskException {
    Source source = openSource(spec);
    try {
      return new Route(source, openSink(spec));
    } catch (TaskException | RuntimeException e) {
      source.close();
      throw e;
    }
  }

  private static Source openSource(Spec spec) throws TaskException {
    Source source =
        Connector.named(spec.source().kind())
            .source(resolved("source", spec.source()), spec.partition().asObject());
    return spec.transform().isNone() ? source : new TransformedSource(source, spec.transform());
  }

  /** The source's rows, transformed, as they are now, whatever an open route has seen. */
  public static SourceShape look(Spec spec) throws TaskException {
    try (Source source = openSource(spec)) {
      return source.shape();
    }
  }

  /** Opens the sink alone. */
  public static Sink openSink(Spec spec) throws TaskException {
    String kind = spec.sink().kind();
    return Connector.named(kind)
        .sink(resolved("sink", spec.sink()))
        .orElseThrow(
            () -> TaskException.fatal("sink: '" + kind + "' can only be a source, not a sink"));
  }

  private static JsonNode resolved(String end, ConnectorConfig config) throws TaskException {
    try {
      return new Secrets().resolve(end + "." + config.kind(), config.config());
    } catch (SecretException e) {
      // Another process, or this one after a restart, may know it.
      throw new TaskException(
          FailureKind.LOCAL, "SECRET", e.getMessage() + "; make it known to this process", e);
    }
  }

  /** Where rows come from, transformed where the spec says so. */
  public Source source() {
    return source;
  }

  /** Where rows go. */
  public Sink sink() {
    return sink;
  }

  /** The best format that the source delivers and the sink takes; settled once. */
  public RowFormat format() throws TaskException {
    RowFormat settled = format;
    if (settled == null) {
      List<RowFormat> accepted = sink.accepts(source.shape());
      settled =
          source.formats().stream()
              .filter(accepted::contains)
              .findFirst()
              .orElseThrow(
                  () -> TaskException.fatal("source and sink have no row format in common"));
      format = settled;
    }
    return settled;
  }

  /** Why rows do not travel in a better format than {@link #format}; a line each. */
  public List<String> obstacles() throws TaskException {
    List<String> lines = new ArrayList<>(source.obstacles());
    RowFormat best = source.formats().getFirst();
    if (!best.equals(format())) {
      lines.addAll(sink.obstacles(source.shape(), best));
    }
    return lines;
  }

  @Override
  public void close() {
    source.close();
    sink.close();
  }
}
