package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every kind of key, cut as if the table were a large one. */
class KeySamplerTest {

  private static final int ROWS = 20_000;
  private static final int PARTS = 10;

  private record Split(List<PlannedSlice> slices, List<String> told) {}

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "dense;        k bigint PRIMARY KEY;                           k;   i",
        "small dense;  k smallint PRIMARY KEY;                         k;   i - 32769",
        "gaps;         k bigint PRIMARY KEY;                           k;   i::bigint * i * i",
        "shuffled;     k int PRIMARY KEY;                              k;   i * 7919::bigint % 1000003",
        "duplicates;   k int NOT NULL;                                 k;   greatest(5000, i)",
        "uuid;         k uuid PRIMARY KEY;                             k;   md5(i::text)::uuid",
        "C;            k text COLLATE \"C\" PRIMARY KEY;           k;   md5(i::text)",
        "linguistic;   k text COLLATE \"en-x-icu\" PRIMARY KEY;    k;   chr(65 + i % 60) || i",
        "without case; k text COLLATE nocase NOT NULL;                 k;   chr(65 + i % 60) || i % 9",
        "NULLs;        k int;                                          k;   nullif(i % 9000, 0)",
        "compound;     \"k text, b int, PRIMARY KEY (k, b)\";          k,b; \"chr(65 + i % 3), i\"",
        "time;         k timestamptz PRIMARY KEY;                      k;   '1999-12-31'::timestamptz + i * i * interval '1 s'",
      })
  void shouldCoverEveryRowOnceAndGoOnAnywhereWhenSampled(
      String name, String columns, String key, String values) throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      fill(database, columns, values);
      SourceSettings settings = settings(database.config("t"), key);

      Split split = split(settings, Optional.empty());

      assertThat(split.told()).as(name).anyMatch(KeySamplerTest::sampledOrEven);
      assertThat(split.slices()).hasSizeBetween(PARTS - 4, PARTS + 1);
      long rows = 0;
      for (int i = 0; i < split.slices().size(); i++) {
        Slice slice = split.slices().get(i).slice();
        KeyRange range = range(slice);
        rows += rows(database, settings, range);
        assertThat(split(settings, Optional.of(slice)).slices())
            .as("%s: behind %s", name, range)
            .isEqualTo(split.slices().subList(i + 1, split.slices().size()));
        if (i > 0 && !range.getNullKeys()) {
          assertThat(range.getLower()).isEqualTo(upper(split, i - 1));
        }
      }
      assertThat(rows).isEqualTo(ROWS);
    }
  }

  @ParameterizedTest
  @CsvSource({"i", "i::bigint * i", "i * 7919::bigint % 1000003"})
  void shouldCutEvenlyAndReadAQuarterOfTheBlocksWhenTheKeyIsUnique(String values) throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      fill(database, "k bigint PRIMARY KEY", values);
      SourceSettings settings = settings(database.config("t"), "k");

      Split split = split(settings, Optional.empty());

      long most = 0;
      for (PlannedSlice s : split.slices()) {
        long rows = rows(database, settings, range(s.slice()));
        assertThat(s.rowsEstimated()).isCloseTo(rows, Percentage.withPercentage(30));
        most = Math.max(most, rows);
      }
      assertThat(most * PARTS / (double) ROWS).isLessThan(KeyCuts.MOST);
      assertThat(split.told()).noneMatch(l -> l.contains("ORDER BY \"t\".\"k\""));
      long blocks = Long.parseLong(database.rows("SELECT pg_relation_size('t') / 8192").getFirst());
      assertThat(split.told())
          .filteredOn(l -> l.startsWith("cut: WITH"))
          .allMatch(l -> l.contains("generate_series(0, " + (blocks - 1) + ", 4)"));
    }
  }

  @Test
  void shouldTouchAQuarterOfTheBlocksByTupleIdWhenSampled() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      fill(database, "k bigint PRIMARY KEY", "i::bigint * i");
      SourceSettings settings = settings(database.config("t"), "k");
      String sql =
          split(settings, Optional.empty()).told().stream()
              .filter(l -> l.startsWith("cut: WITH"))
              .findFirst()
              .orElseThrow()
              .substring("cut: ".length());

      String plan = String.join("\n", explained(settings, sql));

      assertThat(plan).contains("Tid Range Scan").doesNotContain("Index", "Seq Scan");
      Matcher touched = Pattern.compile("shared (?:hit=(\\d+))?(?: ?read=(\\d+))?").matcher(plan);
      assertThat(touched.find()).isTrue();
      long blocks = Long.parseLong(database.rows("SELECT pg_relation_size('t') / 8192").getFirst());
      assertThat(number(touched.group(1)) + number(touched.group(2)))
          .isBetween(blocks / 4, blocks / 4 + 10);
    }
  }

  private static long number(String digits) {
    return digits == null ? 0 : Long.parseLong(digits);
  }

  private static List<String> explained(SourceSettings settings, String sql) throws Exception {
    PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
    try (PostgresPool pool = new PostgresPool(settings.endpoint(), PostgresPool.Use.READ, errors)) {
      Connection c = pool.take();
      List<String> lines = new ArrayList<>();
      try (Statement s = c.createStatement();
          ResultSet r =
              s.executeQuery(
                  "EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, SUMMARY OFF, COSTS OFF) " + sql)) {
        while (r.next()) {
          lines.add(r.getString(1));
        }
      }
      pool.give(c);
      return lines;
    }
  }

  @Test
  void shouldReadMoreBlocksWhenTheFirstShowFewRowsThatCount() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      // In some 20 of 2,000 blocks.
      fill(database, "k bigint PRIMARY KEY", "i * 100003::bigint");
      database.run(
          "INSERT INTO t SELECT i * 100003::bigint, repeat('x', 200) FROM generate_series(20001, 60000) AS i");
      SourceSettings settings =
          settings(database.config("t").put("where", "k <= 100003::bigint * 600"), "k");

      Split split = split(settings, Optional.empty());

      assertThat(split.told().getFirst()).startsWith("rows: ").contains(", 4) AS tidemark_blocks");
      assertThat(split.slices().stream().mapToLong(PlannedSlice::rowsEstimated).sum())
          .isBetween(450L, 750L);
    }
  }

  @Test
  void shouldSplitWhatIsFarTooLargeWhenTheSampleCouldNotSeeIt() throws Exception {
    // Blocks of one key and blocks of many: odd ones and even ones agree on either.
    try (TestDatabase database = new TestDatabase()) {
      fill(database, "k int NOT NULL", "CASE WHEN i <= 10000 THEN 0 ELSE i END");
      SourceSettings settings = settings(database.config("t"), "k");

      Split split = split(settings, Optional.empty());

      assertThat(split.told()).anyMatch(KeySamplerTest::sampledOrEven);
      assertThat(split.told()).anyMatch(l -> l.contains("OFFSET"));
      assertThat(range(split.slices().getFirst().slice()).getUpper()).containsExactly("0");
      for (PlannedSlice s : split.slices().subList(1, split.slices().size())) {
        assertThat(rows(database, settings, range(s.slice()))).isLessThan(2 * ROWS / PARTS);
      }
    }
  }

  @Test
  void shouldSampleWhatTheConditionLetsThroughWhenThereIsOne() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      // Columns named as the statement's own are.
      fill(database, "k bigint PRIMARY KEY, b int, s int", "i, i, i % 2");
      ObjectNode config = database.config("t").put("where", "s = 1 AND b > 4000 -- half of them");
      SourceSettings settings = settings(config, "k");

      Split split = split(settings, Optional.empty());

      assertThat(split.told()).anyMatch(l -> l.startsWith("cut: WITH"));
      assertThat(split.slices()).hasSize(PARTS);
      assertThat(split.slices().stream().mapToLong(PlannedSlice::rowsEstimated).sum())
          .isBetween(7_600L, 8_400L);
      assertThat(Long.parseLong(upper(split, 0).getFirst())).isBetween(5_000L, 6_500L);
    }
  }

  @Test
  void shouldLeaveNoGapWhenThePlannerBeforeFoundOtherBoundaries() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      fill(database, "k bigint PRIMARY KEY", "i::bigint * i");
      SourceSettings settings = settings(database.config("t"), "k");
      Slice other =
          new Slice.Keys(new KeyRange(List.of("k"), null, List.of("90000001"), false, null));
      Slice largest =
          new Slice.Keys(new KeyRange(List.of("k"), null, List.of("399999999"), false, null));

      Split rest = split(settings, Optional.of(other));
      Split end = split(settings, Optional.of(largest));

      assertThat(range(rest.slices().getFirst().slice()).getLower()).containsExactly("90000001");
      assertThat(rest.slices()).hasSizeBetween(4, 7);
      long rows = 0;
      for (PlannedSlice s : rest.slices()) {
        rows += rows(database, settings, range(s.slice()));
      }
      assertThat(rows).isEqualTo(ROWS - 9_486);
      assertThat(end.slices()).hasSize(1);
      assertThat(upper(end, 0)).containsExactly("400000000");
    }
  }

  @Test
  void shouldSampleEachPartitionWhenTheTableHasSome() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (k bigint PRIMARY KEY, pad text) PARTITION BY RANGE (k)",
          "CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (100000000)",
          "CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (100000000) TO (1000000000)",
          "INSERT INTO t SELECT i::bigint * i, repeat('x', 200) FROM generate_series(1, 20000) AS i");
      SourceSettings settings = settings(database.config("t"), "k");

      Split split = split(settings, Optional.empty());

      assertThat(split.told()).anyMatch(l -> l.startsWith("cut: WITH"));
      assertThat(split.slices()).hasSize(PARTS);
      for (PlannedSlice s : split.slices()) {
        assertThat(rows(database, settings, range(s.slice()))).isBetween(1_400L, 2_600L);
      }
    }
  }

  private static boolean sampledOrEven(String line) {
    return line.startsWith("cut: WITH") || line.startsWith("cut: evenly");
  }

  // Some 30 rows a block, so that there are blocks enough to sample.
  private static void fill(TestDatabase database, String columns, String values) throws Exception {
    database.run(
        "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
        "CREATE TABLE t (" + columns + ")",
        "ALTER TABLE t ADD pad text",
        "INSERT INTO t SELECT %s, repeat('x', 200) FROM generate_series(1, %d) AS i"
            .formatted(values, ROWS),
        "CREATE INDEX by_k ON t (k)");
  }

  private static SourceSettings settings(ObjectNode config, String key) throws Exception {
    return SourceSettings.of(
        config,
        new ObjectMapper()
            .readTree(
                "{\"key\": {\"count\": %d, \"columns\": [\"%s\"]}}"
                    .formatted(PARTS, key.replace(",", "\",\""))));
  }

  private static Split split(SourceSettings settings, Optional<Slice> after) throws Exception {
    PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
    // Sessions that the product makes: they disable plans.
    PostgresPool pool = new PostgresPool(settings.endpoint(), PostgresPool.Use.READ, errors);
    try (pool) {
      Connection c = pool.take();
      SourceTable table = SourceTable.read(c, settings, errors);
      List<PlannedSlice> slices = new ArrayList<>();
      PostgresSplitter splitter =
          new PostgresSplitter(PostgresWalk.of(c, table), settings, table.table(), 0);
      splitter.split(after, slices::add);
      pool.give(c);
      return new Split(slices, splitter.told());
    }
  }

  private static KeyRange range(Slice slice) {
    return ((Slice.Keys) slice).range();
  }

  private static List<String> upper(Split split, int slice) {
    return range(split.slices().get(slice).slice()).getUpper();
  }

  private static long rows(TestDatabase database, SourceSettings settings, KeyRange range)
      throws Exception {
    try (Connection c = database.connect()) {
      PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
      KeySql key = SourceTable.read(c, settings, errors).key(List.of());
      String condition =
          range.getNullKeys() ? key.nulls() : key.within(range.getLower(), range.getUpper());
      return Long.parseLong(database.rows("SELECT count(*)" + key.from() + condition).getFirst());
    }
  }
}
