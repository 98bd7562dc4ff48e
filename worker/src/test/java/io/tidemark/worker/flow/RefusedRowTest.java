package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A row that the transform refuses, on its way to a dead letter. */
class RefusedRowTest {

  private static final ChunkSize LARGE = new ChunkSize(100, 1 << 20);
  private static final ChunkSize TWO = new ChunkSize(2, 1 << 20);

  @TempDir Path dir;

  @Test
  void shouldBeCountedAndShownAsTheSourceHasItWhenACastFails() throws Exception {
    Files.writeString(dir.resolve("in.csv"), "id,n\n1,10\n2,20\n3,many\n4,40\n");
    String spec =
        """
        apiVersion: tidemark/v1
        name: copy
        source: {file: {path: "%1$s/in.csv", format: csv}}
        transform: {rename: {n: count}, cast: {n: int}}
        sink: {file: {path: "%1$s/out", format: csv}}
        """
            .formatted(dir);
    try (Route route = Route.open(Specs.parser().parse(spec, "s.yaml"))) {
      List<PlannedSlice> slices = new ArrayList<>();
      route.source().split(Optional.empty(), slices::add);
      Slice slice = slices.getFirst().slice();
      DigestedRows rows = new DigestedRows(route.source().shape().schema(), new Nowhere());
      TaskException refusal;
      Cursor before;
      try (ChunkReader reader = route.source().open(slice, RowFormat.RECORDS)) {
        refusal =
            catchThrowableOfType(TaskException.class, () -> reader.read(Cursor.START, LARGE, rows));
        before = reader.read(Cursor.START, TWO, new Nowhere()).cursor();
      }

      RefusedRow row = RefusedRow.bySink(route.source(), slice, before, 1 << 20, refusal);

      assertThat(refusal.kind()).isEqualTo(FailureKind.POISON);
      assertThat(refusal).hasMessageContaining("column 'n' holds 'many', which is no int");
      assertThat(rows.rows()).as("the refused one is the third").isEqualTo(3);
      assertThat(shown(row)).isEqualTo("{\"id\": \"3\", \"n\": \"many\"}");
      assertThat(row.end().last()).isFalse();
    }
  }

  private static String shown(RefusedRow row) throws Exception {
    return new GenericDatumReader<GenericRecord>(row.schema())
        .read(null, DecoderFactory.get().binaryDecoder(row.row().array(), null))
        .toString();
  }

  private static final class Nowhere implements Rows {
    @Override
    public void record(GenericRecord row) {}

    @Override
    public void refused(GenericRecord row, TaskException why) throws TaskException {
      throw why;
    }

    @Override
    public void bytes(byte[] buffer, int offset, int length) {
      throw new IllegalStateException("records were agreed on");
    }
  }
}
