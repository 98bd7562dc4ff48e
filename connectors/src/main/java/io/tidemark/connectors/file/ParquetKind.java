package io.tidemark.connectors.file;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FileSlice;
import java.util.List;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.parquet.hadoop.metadata.BlockMetaData;

/** Parquet, cut between row groups; see {@link ParquetColumns} for its types. */
final class ParquetKind implements FileKind {

  private final SourceSettings settings;

  ParquetKind(SourceSettings settings) {
    this.settings = settings;
  }

  @Override
  public Schema schema(List<SourceFile> files) throws TaskException {
    return SchemaDifference.common(files, ParquetKind::schema);
  }

  private static Schema schema(SourceFile file) throws TaskException {
    try (ParquetFile parquet = ParquetFile.open(file)) {
      return parquet.columns().row();
    }
  }

  @Override
  public void cut(SourceFile file, long from, Consumer<PlannedSlice> out) throws TaskException {
    try (ParquetFile parquet = ParquetFile.open(file)) {
      List<BlockMetaData> groups = parquet.rowGroups();
      int first = (int) Math.max(from, 0);
      long bytes = 0;
      long rows = 0;
      for (int i = first; i < groups.size(); i++) {
        bytes += groups.get(i).getCompressedSize();
        rows += groups.get(i).getRowCount();
        boolean full = bytes >= settings.sliceBytes() || i == groups.size() - 1;
        if (full && rows > 0) {
          FileSlice slice = file.slice(FileFormat.PARQUET, first, i + 1);
          out.accept(new PlannedSlice(new Slice.FilePart(slice), rows));
          first = i + 1;
          bytes = 0;
          rows = 0;
        }
      }
    }
  }

  @Override
  public ChunkReader open(SourceFile file, FileSlice slice, Schema schema) throws TaskException {
    ParquetFile parquet = ParquetFile.open(file);
    try {
      SchemaDifference.refuse(settings.path(), schema, file.path(), parquet.columns().row());
      if (slice.getFrom() < 0 || slice.getTo() > parquet.rowGroups().size()) {
        throw TaskException.fatal(
            "%s has %d row groups, and %d to %d were planned"
                .formatted(
                    file.path(), parquet.rowGroups().size(), slice.getFrom(), slice.getTo()));
      }
      return new ParquetChunkReader(file, slice, parquet);
    } catch (TaskException | RuntimeException e) {
      parquet.close();
      throw e;
    }
  }

  @Override
  public String explain() {
    return "read by whole row groups, about %d compressed bytes in a part"
        .formatted(settings.sliceBytes());
  }
}
