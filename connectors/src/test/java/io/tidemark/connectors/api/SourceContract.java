package io.tidemark.connectors.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Source} must do, whatever it reads. An adapter's test extends this over a small
 * source (some hundred rows) that stays the same during a test and is cut into several slices.
 */
public abstract class SourceContract {

  private static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);

  /** A fresh instance over the same rows each time; the caller closes it. */
  protected abstract Source source() throws Exception;

  /** Identity of every row that the source holds, in any order. */
  protected abstract List<String> expected() throws Exception;

  /** A text that tells rows apart. */
  protected abstract String identity(GenericRecord row);

  /** How many rows share a key at most: so many may exceed a chunk's bound, less one. */
  protected int largestKeyGroup() {
    return 1;
  }

  @Test
  void shouldDescribeEveryFieldByAColumnWhenAskedForItsShape() throws Exception {
    try (Source source = source()) {
      SourceShape shape = source.shape();
      assertThat(shape.schema().getFields()).hasSameSizeAs(shape.columns());
      assertThat(shape.columns().stream().map(SourceShape.Column::name))
          .doesNotHaveDuplicates()
          .containsAll(shape.key());
      assertThat(source.shape()).isEqualTo(shape);
      assertThat(source.explain(source.formats().getFirst())).isNotEmpty();
    }
  }

  @Test
  void shouldOfferRecordsWhenAskedForItsFormats() throws Exception {
    try (Source source = source()) {
      assertThat(source.formats()).contains(RowFormat.RECORDS).doesNotHaveDuplicates();
    }
  }

  @Test
  void shouldCutTheSameSlicesWhenAskedAgain() throws Exception {
    List<Slice> slices = slices();
    assertThat(slices).isNotEmpty().doesNotHaveDuplicates().isEqualTo(slices());
  }

  @Test
  void shouldGoOnBehindASliceWhenSplittingWasInterrupted() throws Exception {
    List<Slice> slices = slices();
    try (Source source = source()) {
      for (int i = 0; i < slices.size(); i++) {
        assertThat(slices(source, Optional.of(slices.get(i))))
            .isEqualTo(slices.subList(i + 1, slices.size()));
      }
    }
  }

  @Test
  void shouldReadEveryRowOnceWhenSlicesAreReadWhole() throws Exception {
    List<String> read = new ArrayList<>();
    try (Source source = source()) {
      for (Slice slice : slices()) {
        CollectedRows rows = new CollectedRows(this::identity);
        try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
          ChunkEnd end = reader.read(Cursor.START, WHOLE, rows);
          while (!end.last()) {
            end = reader.read(end.cursor(), WHOLE, rows);
          }
        }
        read.addAll(rows.identities());
      }
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(expected());
  }

  @Test
  void shouldReadEveryRowOnceWhenEachChunkHasAnotherSizeAndReader() throws Exception {
    Random random = seeded();
    List<String> read = new ArrayList<>();
    for (Slice slice : slices()) {
      Cursor cursor = Cursor.START;
      boolean last = false;
      while (!last) {
        CollectedRows rows = new CollectedRows(this::identity);
        ChunkSize size = new ChunkSize(1 + random.nextInt(40), 1 + random.nextInt(20_000));
        ChunkEnd end;
        try (Source source = source();
            ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
          end = reader.read(cursor, size, rows);
        }
        read.addAll(rows.identities());
        assertThat(end.last() || !end.cursor().equals(cursor)).as("it goes on").isTrue();
        cursor = end.cursor();
        last = end.last();
      }
    }
    assertThat(read).containsExactlyInAnyOrderElementsOf(expected());
  }

  @Test
  void shouldReadTheRestOnceWhenResumedFromEveryCursor() throws Exception {
    Random random = seeded();
    try (Source source = source()) {
      for (Slice slice : slices()) {
        List<Cursor> cursors = new ArrayList<>();
        List<Integer> before = new ArrayList<>();
        CollectedRows all = new CollectedRows(this::identity);
        try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
          ChunkEnd end = new ChunkEnd(Cursor.START, false);
          while (!end.last()) {
            cursors.add(end.cursor());
            before.add(all.identities().size());
            end = reader.read(end.cursor(), new ChunkSize(7, Long.MAX_VALUE), all);
          }
        }
        for (int i = 0; i < cursors.size(); i++) {
          CollectedRows rest = new CollectedRows(this::identity);
          try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
            ChunkEnd end = new ChunkEnd(cursors.get(i), false);
            while (!end.last()) {
              ChunkSize size = new ChunkSize(10 + random.nextInt(90), Long.MAX_VALUE);
              end = reader.read(end.cursor(), size, rest);
            }
          }
          assertThat(rest.identities())
              .as("rows of %s behind %s", slice, cursors.get(i))
              .containsExactlyInAnyOrderElementsOf(
                  all.identities().subList(before.get(i), all.identities().size()));
        }
      }
    }
  }

  @Test
  void shouldGiveNothingAndStayWhenReadBehindTheLastChunk() throws Exception {
    try (Source source = source()) {
      for (Slice slice : slices()) {
        try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
          CollectedRows rows = new CollectedRows(this::identity);
          ChunkEnd end = reader.read(Cursor.START, WHOLE, rows);
          while (!end.last()) {
            end = reader.read(end.cursor(), WHOLE, rows);
          }
          CollectedRows none = new CollectedRows(this::identity);
          assertThat(reader.read(end.cursor(), WHOLE, none)).isEqualTo(end);
          assertThat(none.count()).isZero();
        }
      }
    }
  }

  @Test
  void shouldKeepToTheBoundOfRowsWhenChunksAreSmall() throws Exception {
    try (Source source = source()) {
      for (Slice slice : slices()) {
        try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
          ChunkEnd end = new ChunkEnd(Cursor.START, false);
          while (!end.last()) {
            CollectedRows rows = new CollectedRows(this::identity);
            end = reader.read(end.cursor(), new ChunkSize(5, Long.MAX_VALUE), rows);
            assertThat(rows.count()).isLessThanOrEqualTo(5 + largestKeyGroup() - 1);
          }
        }
      }
    }
  }

  @Test
  void shouldGiveTheSameDigestWhateverTheChunksWhenAnyFormatIsAgreedOn() throws Exception {
    try (Source source = source()) {
      for (RowFormat format : source.formats()) {
        CollectedRows large = new CollectedRows(this::identity);
        CollectedRows small = new CollectedRows(this::identity);
        for (Slice slice : slices()) {
          readAll(source, slice, format, WHOLE, large);
          readAll(source, slice, format, new ChunkSize(11, 3_000), small);
        }
        assertThat(large.count()).as(format.id()).isEqualTo(expected().size());
        assertThat(small.count()).as(format.id()).isEqualTo(expected().size());
        assertThat(small.digest()).as(format.id()).isEqualTo(large.digest());
      }
    }
  }

  @Test
  void shouldFailTheReadAndReadAgainWhenTheTakerOfRowsFails() throws Exception {
    TaskException failure = TaskException.fatal("no more, please");
    Rows failing =
        new Rows() {
          @Override
          public void record(GenericRecord row) throws TaskException {
            throw failure;
          }

          @Override
          public void refused(GenericRecord row, TaskException why) throws TaskException {
            throw why;
          }

          @Override
          public void bytes(byte[] buffer, int offset, int length) throws TaskException {
            throw failure;
          }
        };
    Slice slice = slices().get(0);
    try (Source source = source()) {
      for (RowFormat format : source.formats()) {
        try (ChunkReader reader = source.open(slice, format)) {
          assertThatThrownBy(() -> reader.read(Cursor.START, WHOLE, failing)).isSameAs(failure);
          CollectedRows rows = new CollectedRows(this::identity);
          reader.read(Cursor.START, WHOLE, rows);
          assertThat(rows.count()).isPositive();
        }
      }
    }
  }

  /** All slices, as a fresh instance cuts them. */
  protected final List<Slice> slices() throws Exception {
    try (Source source = source()) {
      return slices(source, Optional.empty());
    }
  }

  private static List<Slice> slices(Source source, Optional<Slice> after) throws TaskException {
    List<Slice> slices = new ArrayList<>();
    source.split(
        after,
        planned -> {
          assertThat(planned.rowsEstimated()).isNotNegative();
          slices.add(planned.slice());
        });
    return slices;
  }

  private static void readAll(
      Source source, Slice slice, RowFormat format, ChunkSize size, Rows out) throws TaskException {
    try (ChunkReader reader = source.open(slice, format)) {
      ChunkEnd end = new ChunkEnd(Cursor.START, false);
      while (!end.last()) {
        end = reader.read(end.cursor(), size, out);
      }
    }
  }

  private Random seeded() {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println(getClass().getSimpleName() + ": -Dtidemark.seed=" + seed);
    return new Random(seed);
  }
}
