package io.tidemark.connectors.transform;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.spec.TransformSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A source whose columns have other names and types. Its rows travel as records, whatever else the
 * source can do; partitions, keys and cursors stay the source's.
 */
public final class TransformedSource implements Source {

  private final Source source;
  private final TransformSettings settings;
  private Transform transform;

  /**
   * @param source its own from now on
   */
  public TransformedSource(Source source, TransformSettings settings) {
    this.source = source;
    this.settings = settings;
  }

  /**
   * @throws TaskException FATAL, naming every rename and cast that cannot be
   */
  @Override
  public SourceShape shape() throws TaskException {
    return transform().shape();
  }

  private synchronized Transform transform() throws TaskException {
    if (transform == null) {
      transform = Transform.of(source.shape(), settings);
    }
    return transform;
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException {
    source.split(after, out);
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal(
          "transform: rows are '" + RowFormat.RECORDS.id() + "' only, not '" + format.id() + "'");
    }
    return new TransformedReader(source.open(slice, format), transform());
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    List<String> lines = new ArrayList<>(source.explain(format));
    lines.add("transform: " + settings.told());
    return lines;
  }

  @Override
  public List<String> obstacles() throws TaskException {
    List<String> lines = new ArrayList<>();
    if (!source.formats().getFirst().equals(RowFormat.RECORDS)) {
      lines.add("the spec's transform works on records");
    }
    lines.addAll(source.obstacles());
    return lines;
  }

  @Override
  public Optional<Probing> probing() {
    return source.probing();
  }

  @Override
  public void close() {
    source.close();
  }
}
