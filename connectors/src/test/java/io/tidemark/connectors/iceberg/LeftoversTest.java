package io.tidemark.connectors.iceberg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Leftover;
import io.tidemark.connectors.api.Sink;
import io.tidemark.core.retry.TaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.iceberg.expressions.Expressions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is a leftover in a table that others change as well. */
class LeftoversTest {

  private static final Schema SCHEMA =
      SchemaBuilder.record("row").fields().requiredLong("id").endRecord();
  private static final String LATE = "data/" + Tables.BACKFILL + "/000001-1-0a1b2c3d-9.parquet";

  @TempDir Path warehouse;
  private Sink sink;

  @BeforeEach
  void prepare() throws TaskException {
    sink = Tables.sink(warehouse);
    sink.prepare(Tables.shape(SCHEMA));
  }

  @AfterEach
  void close() {
    sink.close();
  }

  /** A backfill that is committed, and a file that came afterwards. */
  private void finish() throws Exception {
    Tables.write(sink, SCHEMA, List.of(new GenericRecordBuilder(SCHEMA).set("id", 1L).build()));
    Files.write(warehouse.resolve("lake/rows").resolve(LATE), new byte[5]);
  }

  private void assertOnlyTheLateOneIsLeft() throws TaskException {
    assertThat(sink.leftovers(Tables.BACKFILL).orElseThrow())
        .containsExactly(new Leftover(LATE, 5, true));
  }

  @Test
  void shouldLeaveAloneWhatOnlyAnOlderSnapshotNames() throws Exception {
    finish();
    Tables.table(warehouse).newDelete().deleteFromRowFilter(Expressions.alwaysTrue()).commit();
    assertThat(Tables.read(Tables.table(warehouse))).isEmpty();

    assertOnlyTheLateOneIsLeft();
  }

  @Test
  void shouldKnowByItsFilesThatABackfillIsCommittedWhenItsSnapshotHasExpired() throws Exception {
    finish();
    Tables.expire(warehouse);
    assertThat(Append.snapshot(Tables.table(warehouse), Tables.BACKFILL)).isEmpty();

    assertOnlyTheLateOneIsLeft();
  }

  @Test
  void shouldFindNothingWhenNothingWasWritten() throws Exception {
    assertThat(sink.leftovers(Tables.BACKFILL).orElseThrow()).isEmpty();
  }

  @Test
  void shouldNameTheOtherWayWhenFilesAreSpread() throws Exception {
    Tables.table(warehouse).updateProperties().set("write.object-storage.enabled", "true").commit();

    assertThatThrownBy(() -> sink.leftovers(Tables.BACKFILL))
        .isInstanceOf(TaskException.class)
        .hasMessageContainingAll("rows", "write.object-storage.enabled", "remove_orphan_files");
  }
}
