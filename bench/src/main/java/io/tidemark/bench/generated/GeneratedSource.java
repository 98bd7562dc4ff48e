package io.tidemark.bench.generated;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;

/** The numbers 0 … rows - 1, as rows. */
final class GeneratedSource implements Source {

  private static final Schema ROW =
      SchemaBuilder.record("generated").fields().requiredLong("id").endRecord();

  private final long rows;
  private final long perPartition;

  GeneratedSource(long rows, long perPartition) {
    this.rows = rows;
    this.perPartition = perPartition;
  }

  @Override
  public SourceShape shape() {
    return new SourceShape(
        "generated", ROW, List.of(new SourceShape.Column("id", "long", false)), List.of("id"));
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out) {
    long from = after.map(s -> ((Slice.Offsets) s).range().getTo()).orElse(0L);
    while (from < rows) {
      long to = Math.min(rows, from + perPartition);
      out.accept(
          new PlannedSlice(new Slice.Offsets(new OffsetRange("generated", from, to)), to - from));
      from = to;
    }
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) {
    OffsetRange range = ((Slice.Offsets) slice).range();
    return new ChunkReader() {
      @Override
      public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
        long from = after.offsetOr(range.getFrom());
        long to = Math.min(range.getTo(), from + size.rows());
        for (long id = from; id < to; id++) {
          GenericRecord row = new GenericData.Record(ROW);
          row.put("id", id);
          out.record(row);
        }
        return new ChunkEnd(Cursor.of(to), to == range.getTo());
      }

      @Override
      public void close() {}
    };
  }

  @Override
  public List<String> explain(RowFormat format) {
    return List.of("rows are made up");
  }

  @Override
  public void close() {}
}
