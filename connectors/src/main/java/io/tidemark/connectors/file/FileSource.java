package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.Schema;

/**
 * Rows of files, in the order of the files' paths. All files must have the same columns, in the
 * same order. Rows have no key. A slice is refused once its file is another than planned.
 */
public final class FileSource implements Source {

  private final SourceSettings settings;
  private final SourceStorage storage;
  private final FileKind kind;
  private SourceShape shape;

  /**
   * @param storage where the files lie; closed with this
   */
  public FileSource(SourceSettings settings, SourceStorage storage) {
    this.settings = settings;
    this.storage = storage;
    this.kind =
        switch (settings.format()) {
          case PARQUET -> new ParquetKind(settings);
          case CSV -> new CsvKind(settings);
          case JSONL -> new JsonLinesKind(settings);
          case AVRO -> new AvroKind(settings);
        };
  }

  @Override
  public synchronized SourceShape shape() throws TaskException {
    if (shape == null) {
      Schema schema = kind.schema(files());
      List<SourceShape.Column> columns = new ArrayList<>();
      for (Schema.Field f : schema.getFields()) {
        columns.add(
            new SourceShape.Column(
                AvroNames.column(f), f.schema().toString(), f.schema().isNullable()));
      }
      shape = new SourceShape(settings.path(), schema, columns, List.of());
    }
    return shape;
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException {
    List<SourceFile> files = files();
    int first = 0;
    long from = -1;
    if (after.isPresent()) {
      FileSlice last = part(after.get());
      SourceFile file = SourceFile.planned(storage, last);
      first = files.indexOf(file);
      if (first < 0) {
        throw TaskException.fatal(
            file.path()
                + " was planned, and '"
                + settings.path()
                + "' no longer matches it; plan again under a new name");
      }
      from = last.getTo();
    }
    for (SourceFile file : files.subList(first, files.size())) {
      kind.cut(file, from, out);
      from = -1;
    }
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("files are read as '" + RowFormat.RECORDS.id() + "' only");
    }
    FileSlice part = part(slice);
    if (!part.getFormat().equals(settings.format().id())) {
      throw TaskException.fatal(
          part.getPath()
              + " was planned as "
              + part.getFormat()
              + ", the spec says "
              + settings.format().id());
    }
    return kind.open(SourceFile.planned(storage, part), part, shape().schema());
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    List<SourceFile> files = files();
    long bytes = files.stream().mapToLong(SourceFile::size).sum();
    return List.of(
        "%d %s file(s), %d bytes, from %s to %s"
            .formatted(
                files.size(),
                settings.format().id(),
                bytes,
                files.getFirst().path(),
                files.getLast().path()),
        kind.explain());
  }

  @Override
  public List<String> obstacles() {
    return List.of("files of format " + settings.format().id() + " are read as records");
  }

  @Override
  public void close() {
    storage.close();
  }

  private List<SourceFile> files() throws TaskException {
    return storage.find(settings.path(), settings.format());
  }

  private static FileSlice part(Slice slice) {
    if (slice instanceof Slice.FilePart f) {
      return f.part();
    }
    throw new IllegalArgumentException("not a part of a file: " + slice);
  }
}
