package io.tidemark.connectors.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.tidemark.connectors.api.SinkWriter.Progress;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Sink} must do, whatever it writes to. An adapter's test extends this over a
 * target that is empty when a test begins.
 */
public abstract class SinkContract {

  private static final String BACKFILL = "contract-00000000";
  private static final String PARTITION = BACKFILL + "/000001";

  /** A fresh instance over the same target each time; the caller closes it. */
  protected abstract Sink sink() throws Exception;

  /** The source whose rows are written. */
  protected abstract SourceShape shape();

  /** The n-th row, unlike all others. */
  protected abstract GenericRecord row(int n);

  /** A text that tells rows apart. */
  protected abstract String identity(GenericRecord row);

  /**
   * Identities of the rows that a reader finds in the target, given the files that the checkpoints
   * name; sinks without files are given none.
   */
  protected abstract List<String> written(List<CommittedFile> committed) throws Exception;

  /** Whether it refuses the writers of older claims by itself. */
  protected boolean fences() {
    return true;
  }

  @Test
  void shouldTakeRecordsWhenAskedForItsFormats() throws Exception {
    try (Sink sink = prepared()) {
      assertThat(sink.accepts(shape())).contains(RowFormat.RECORDS).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldChangeNothingWhenPreparedAgain() throws Exception {
    List<CommittedFile> files;
    try (Sink sink = prepared()) {
      files = write(sink, 1, 0, 5);
    }
    try (Sink sink = prepared()) {
      sink.check(shape());
      assertThat(written(files)).hasSize(5);
    }
  }

  @Test
  void shouldShowRowsOnlyWhenTheirChunkIsCommitted() throws Exception {
    try (Sink sink = prepared();
        SinkWriter writer = open(sink, 1)) {
      Rows rows = writer.begin();
      put(rows, 0, 10);
      assertThat(written(List.of())).isEmpty();
      List<CommittedFile> files = new ArrayList<>(writer.commit(cursor(10), totals(10, 1), false));
      put(writer.begin(), 10, 12);
      files.addAll(writer.commit(cursor(12), totals(12, 2), true));
      assertThat(written(files)).containsExactlyInAnyOrderElementsOf(identities(0, 12));
    }
  }

  @Test
  void shouldDropRowsWhenTheirChunkIsAborted() throws Exception {
    try (Sink sink = prepared();
        SinkWriter writer = open(sink, 1)) {
      writer.abort();
      put(writer.begin(), 0, 10);
      writer.abort();
      writer.abort();
      put(writer.begin(), 5, 8);
      List<CommittedFile> files = writer.commit(cursor(8), totals(3, 1), true);
      assertThat(written(files)).containsExactlyInAnyOrderElementsOf(identities(5, 8));
    }
  }

  @Test
  void shouldDropTheOpenChunkWhenClosed() throws Exception {
    try (Sink sink = prepared()) {
      try (SinkWriter writer = open(sink, 1)) {
        put(writer.begin(), 0, 10);
      }
      List<CommittedFile> files = write(sink, 1, 0, 3);
      assertThat(written(files)).containsExactlyInAnyOrderElementsOf(identities(0, 3));
    }
  }

  @Test
  void shouldCommitWhenAChunkIsEmpty() throws Exception {
    try (Sink sink = prepared()) {
      assertThat(written(write(sink, 1, 0, 0))).isEmpty();
    }
  }

  @Test
  void shouldBeCommittedOnceWhenAFormerWriterStoppedInMidChunk() throws Exception {
    try (Sink former = prepared();
        Sink sink = sink()) {
      SinkWriter stopped = open(former, 1);
      put(stopped.begin(), 0, 10);
      List<CommittedFile> files = write(sink, 2, 0, 10);
      if (fences()) {
        assertThatThrownBy(() -> stopped.commit(cursor(10), totals(10, 1), true))
            .isInstanceOf(TaskException.class);
      }
      assertThatCode(stopped::close).doesNotThrowAnyException();
      assertThat(written(files)).containsExactlyInAnyOrderElementsOf(identities(0, 10));
    }
  }

  @Test
  void shouldRefuseToOpenWhenTheSinkHasSeenANewerFence() throws Exception {
    assumeThat(fences()).isTrue();
    try (Sink sink = prepared()) {
      open(sink, 7).close();
      assertThatThrownBy(() -> open(sink, 6)).isInstanceOf(FencedException.class);
      open(sink, 7).close();
    }
  }

  @Test
  void shouldRefuseToBeginWhenANewerClaimHasOpened() throws Exception {
    assumeThat(fences()).isTrue();
    try (Sink former = prepared();
        Sink sink = sink();
        SinkWriter old = open(former, 1)) {
      put(old.begin(), 0, 4);
      List<CommittedFile> files = new ArrayList<>(old.commit(cursor(4), totals(4, 1), false));
      try (SinkWriter writer = open(sink, 2)) {
        assertThatThrownBy(old::begin).isInstanceOf(TaskException.class);
        old.abort();
        assertThatThrownBy(() -> open(former, 1)).isInstanceOf(FencedException.class);
        put(writer.begin(), 4, 6);
        files.addAll(writer.commit(cursor(6), totals(6, 2), true));
      }
      assertThat(written(files)).containsExactlyInAnyOrderElementsOf(identities(0, 6));
    }
  }

  @Test
  void shouldTellItsProgressWhenOpenedAgain() throws Exception {
    try (Sink sink = prepared()) {
      boolean keeps;
      try (SinkWriter writer = open(sink, 1)) {
        keeps = writer.progress().isPresent();
        put(writer.begin(), 0, 10);
        writer.commit(cursor(10), totals(10, 1), false);
      }
      assumeThat(keeps).isTrue();
      try (SinkWriter writer = open(sink, 2)) {
        assertThat(writer.progress()).hasValue(new Progress(cursor(10), totals(10, 1), false));
        put(writer.begin(), 10, 11);
        writer.commit(cursor(11), totals(11, 2), true);
      }
      try (SinkWriter writer = open(sink, 2)) {
        assertThat(writer.progress()).hasValue(new Progress(cursor(11), totals(11, 2), true));
      }
    }
  }

  @Test
  void shouldBeUnusedWhenOnlyPrepared() throws Exception {
    try (Sink sink = sink()) {
      sink.checkUnused(BACKFILL);
      sink.prepare(shape());
      sink.checkUnused(BACKFILL);
    }
  }

  @Test
  void shouldRefuseABackfillThatTheLogDoesNotKnowWhenItHasWrittenThere() throws Exception {
    try (Sink sink = prepared()) {
      write(sink, 1, 0, 5);
    }
    try (Sink sink = sink()) {
      assertRefused(sink);
      sink.checkUnused("contract-11111111");
    }
  }

  /** The sink refuses the contract's backfill, and says what would do. */
  protected static final void assertRefused(Sink sink) {
    TaskException e = catchThrowableOfType(TaskException.class, () -> sink.checkUnused(BACKFILL));
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e)
        .hasMessageContainingAll(BACKFILL, "Nothing was changed", "give the spec a new name");
  }

  /** A sink that is checked and prepared. */
  protected final Sink prepared() throws Exception {
    Sink sink = sink();
    sink.check(shape());
    sink.prepare(shape());
    return sink;
  }

  /** Opens the contract's partition for records. */
  protected final SinkWriter open(Sink sink, long fence) throws TaskException {
    Claim claim = new Claim(BACKFILL, PARTITION, fence, "worker-" + fence);
    return sink.open(claim, shape(), RowFormat.RECORDS);
  }

  private List<CommittedFile> write(Sink sink, long fence, int from, int to) throws TaskException {
    try (SinkWriter writer = open(sink, fence)) {
      put(writer.begin(), from, to);
      return writer.commit(cursor(to), totals(to - from, 1), true);
    }
  }

  private void put(Rows rows, int from, int to) throws TaskException {
    for (int i = from; i < to; i++) {
      rows.record(row(i));
    }
  }

  private List<String> identities(int from, int to) {
    return IntStream.range(from, to).mapToObj(i -> identity(row(i))).toList();
  }

  private static Cursor cursor(int n) {
    return Cursor.of("k'" + n + "\\,\"{");
  }

  private static Totals totals(long rows, long chunks) {
    return new Totals(rows, 100 * rows, rows * 0x9E3779B97F4A7C15L, "avro", chunks, 0);
  }
}
