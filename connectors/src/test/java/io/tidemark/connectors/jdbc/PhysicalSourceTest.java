package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A table cut by its blocks: three rows to a block, holes in them, in no order of any key. */
class PhysicalSourceTest extends SourceContract {

  private static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);

  private TestDatabase database;

  @BeforeEach
  void fill() throws Exception {
    database = new TestDatabase();
    database.run(
        "CREATE TABLE t (n int, pad text)",
        "ALTER TABLE t ALTER pad SET STORAGE PLAIN, SET (autovacuum_enabled = off)",
        "INSERT INTO t SELECT i, repeat('x', 2500) FROM generate_series(1, 600) AS i"
            + " ORDER BY md5(i::text)",
        "DELETE FROM t WHERE n % 7 = 0",
        "UPDATE t SET pad = 'y' WHERE n % 11 = 0");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Override
  protected Source source() throws Exception {
    return source(database.config("t"), "{\"physical\": {\"megabytes\": 1}}");
  }

  private static Source source(ObjectNode config, String partition) throws Exception {
    JsonNode cut = new ObjectMapper().readTree(partition);
    return new JdbcConnector().source(config, cut);
  }

  @Override
  protected List<String> expected() throws Exception {
    return database.rows("SELECT n FROM t");
  }

  @Override
  protected String identity(GenericRecord row) {
    return row.get("n").toString();
  }

  @Test
  void shouldCoverAllBlocksAndEstimateRowsWhenCut() throws Exception {
    List<PlannedSlice> slices = planned(source());

    long blocks = Long.parseLong(database.rows("SELECT pg_relation_size('t') / 8192").getFirst());
    assertThat(slices).hasSize((int) Math.ceilDiv(blocks, 128L)).hasSizeGreaterThan(1);
    assertThat(((Slice.Offsets) slices.getLast().slice()).range().getTo()).isEqualTo(blocks << 16);
    assertThat(slices.stream().mapToLong(PlannedSlice::rowsEstimated).sum())
        .isBetween(expected().size() - 2L, expected().size() + 2L);
  }

  @Test
  void shouldReadARangeOfTupleIdsAndNoMoreWhenAsked() throws Exception {
    try (Source source = source()) {
      String line = source.explain(source.formats().getFirst()).getLast();
      String query = line.substring(line.indexOf('(') + 1, line.lastIndexOf(") TO STDOUT"));
      database.run("SET enable_seqscan = off");
      assertThat(String.join("\n", database.rows("EXPLAIN " + query)))
          .contains("Tid Range Scan", "'(0,0)'::tid", "'(1,0)'::tid")
          .doesNotContain("Sort");
    }
  }

  @Test
  void shouldGiveTheRowsThatAKeyGivesWhenTheyAreRaw() throws Exception {
    database.run("ALTER TABLE t ADD PRIMARY KEY (n)");
    try (Source keyed = source(database.config("t"), "{\"key\": {}}");
        Source physical = source()) {
      for (RowFormat format : keyed.formats()) {
        CollectedRows byKey = read(keyed, format);
        CollectedRows byBlock = read(physical, format);
        assertThat(byBlock.count()).isEqualTo(byKey.count()).isEqualTo(expected().size());
        assertThat(byBlock.digest()).as(format.id()).isEqualTo(byKey.digest());
      }
    }
  }

  @Test
  void shouldReadWhatTheConditionLetsThroughWhenThereIsOne() throws Exception {
    try (Source source =
        source(
            database.config("t").put("where", "n <= 100 -- some"),
            "{\"physical\": {\"megabytes\": 1}}")) {
      assertThat(read(source, source.formats().getFirst()).count())
          .isEqualTo(
              Long.parseLong(database.rows("SELECT count(*) FROM t WHERE n <= 100").getFirst()));
    }
  }

  @Test
  void shouldReadInTheOrderOfTheBlocksWhenAnIndexWouldBeCheaper() throws Exception {
    String name = database.rows("SELECT current_database()").getFirst();
    database.run(
        "CREATE INDEX ON t (n)",
        "ANALYZE t",
        // Bitmaps give the blocks' order.
        "ALTER DATABASE \"" + name + "\" SET enable_bitmapscan = off");
    try (Source source =
        source(database.config("t").put("where", "n <= 8"), "{\"physical\": {\"megabytes\": 1}}")) {
      RowFormat format = source.formats().getFirst();
      long rows = 0;
      for (PlannedSlice slice : planned(source)) {
        Cursor cursor = Cursor.START;
        boolean complete = false;
        while (!complete) {
          CollectedRows two = new CollectedRows(this::identity);
          try (ChunkReader reader = source.open(slice.slice(), format)) {
            ChunkEnd end = reader.read(cursor, new ChunkSize(2, Long.MAX_VALUE), two);
            cursor = end.cursor();
            complete = end.last();
          }
          rows += two.count();
        }
      }
      assertThat(rows)
          .isEqualTo(
              Long.parseLong(database.rows("SELECT count(*) FROM t WHERE n <= 8").getFirst()));
    }
  }

  @Test
  void shouldRefuseToReadOnAndToOpenWhenTheTableWasRewritten() throws Exception {
    try (Source source = source()) {
      Slice slice = planned(source).getFirst().slice();
      RowFormat format = source.formats().getFirst();
      Cursor cursor;
      try (ChunkReader reader = source.open(slice, format)) {
        ChunkEnd first =
            reader.read(
                Cursor.START, new ChunkSize(10, Long.MAX_VALUE), new CollectedRows(this::identity));
        cursor = first.cursor();
      }
      try (ChunkReader reader = source.open(slice, format)) {
        database.run("VACUUM FULL t");

        assertRewritten(() -> reader.read(cursor, WHOLE, new CollectedRows(this::identity)));
      }
      assertRewritten(() -> source.open(slice, format));
      assertRewritten(() -> source.split(Optional.of(slice), s -> {}));
    }
  }

  @Test
  void shouldGoOnWhenTheTableWasVacuumedAndHasGrown() throws Exception {
    try (Source source = source()) {
      List<PlannedSlice> slices = planned(source);
      List<String> before = expected();
      database.run(
          "VACUUM t",
          "INSERT INTO t SELECT i, repeat('z', 2500) FROM generate_series(1001, 1200) AS i");

      CollectedRows rows = new CollectedRows(this::identity);
      for (PlannedSlice s : slices) {
        read(source, s.slice(), RowFormat.RECORDS, rows);
      }

      assertThat(rows.identities()).containsAll(before).doesNotHaveDuplicates();
      assertThat(rows.count()).isLessThan(expected().size());
    }
  }

  @Test
  void shouldRefuseWhenThereAreNoBlocksToCut() throws Exception {
    database.run(
        "CREATE VIEW v AS SELECT * FROM t",
        "CREATE TABLE p (n int) PARTITION BY RANGE (n)",
        "CREATE TABLE parent (n int)",
        "CREATE TABLE child () INHERITS (parent)");

    assertRefused("v", "it is a view");
    assertRefused("p", "it is partitioned", "cut it by key");
    assertRefused("parent", "other tables inherit from it");
  }

  @Test
  void shouldTellWhatToDoWhenThePlanBeganWithASliceOfKeys() throws Exception {
    Slice keys = new Slice.Keys(new KeyRange(List.of("n"), null, List.of("1"), false, null));
    try (Source source = source()) {
      assertThatThrownBy(() -> source.split(Optional.of(keys), s -> {}))
          .isInstanceOf(TaskException.class)
          .hasMessageEndingWith("; plan the backfill again under a new name");
    }
  }

  @Test
  void shouldNameTheVersionWhenTheServerIsTooOld() throws Exception {
    SourceSettings settings =
        SourceSettings.of(database.config("t"), new ObjectMapper().readTree("{\"physical\": {}}"));
    PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
    PostgresTable old =
        new PostgresTable(settings.table(), 'r', 0, 0, List.of(), List.of(), "13/UTF8", false);

    assertThatThrownBy(
            () ->
                BlockSlices.explain(
                    new SourceTable(old, List.of(), settings, errors),
                    PostgresRowFormat.Form.BINARY))
        .isInstanceOf(TaskException.class)
        .hasMessageContainingAll("PostgreSQL 14 or newer", "this one is 13", "cut it by key");
  }

  private void assertRefused(String table, String... words) throws Exception {
    try (Source source = source(database.config(table), "{\"physical\": {}}")) {
      assertThatThrownBy(() -> source.explain(RowFormat.RECORDS))
          .isInstanceOf(TaskException.class)
          .hasMessageContainingAll(words);
      assertThatThrownBy(() -> planned(source)).hasMessageContainingAll(words);
    }
  }

  private static void assertRewritten(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FATAL))
        .hasMessageContainingAll("public.t, relation", "rewritten", "VACUUM FULL", "cut it by key");
  }

  private static List<PlannedSlice> planned(Source source) throws TaskException {
    List<PlannedSlice> slices = new ArrayList<>();
    source.split(Optional.empty(), slices::add);
    return slices;
  }

  private CollectedRows read(Source source, RowFormat format) throws TaskException {
    CollectedRows rows = new CollectedRows(this::identity);
    for (PlannedSlice s : planned(source)) {
      read(source, s.slice(), format, rows);
    }
    return rows;
  }

  private static void read(Source source, Slice slice, RowFormat format, CollectedRows rows)
      throws TaskException {
    try (ChunkReader reader = source.open(slice, format)) {
      ChunkEnd end = new ChunkEnd(Cursor.START, false);
      while (!end.last()) {
        end = reader.read(end.cursor(), new ChunkSize(50, Long.MAX_VALUE), rows);
      }
    }
  }
}
