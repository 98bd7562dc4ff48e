package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The source contract over windows of time, and which windows there are. */
class PostgresTimeTest {

  abstract static class Timed extends PostgresSourceTest.Keyed {
    Timed(String ddl, String values, String partition) {
      super(ddl + ", PRIMARY KEY (n)", values, partition);
    }

    @Override
    protected String way() {
      return "time";
    }
  }

  /** Chunks end between rows of the same time. */
  abstract static class TimedExactly extends Timed {
    TimedExactly(String ddl, String values, String partition) {
      super(ddl, values, partition);
    }

    @Override
    @BeforeAll
    void create() throws Exception {
      super.create();
      database.run("CREATE INDEX ON t (k, n)");
    }
  }

  @Nested
  class DaysAcrossAChangeOfClocks extends TimedExactly {
    DaysAcrossAChangeOfClocks() {
      super(
          "k timestamptz NOT NULL",
          "'2024-03-29 23:00:00+00'::timestamptz + (i / 3) * interval '40 min'",
          "{\"column\": \"k\", \"step\": \"P1D\", \"zone\": \"Europe/Paris\"}");
    }
  }

  @Nested
  class GapsNullsAndInfinities extends TimedExactly {
    GapsNullsAndInfinities() {
      super(
          "k timestamptz",
          "CASE WHEN i < 30 THEN NULL WHEN i < 40 THEN 'infinity' WHEN i < 50 THEN '-infinity' WHEN"
              + " i = 50 THEN '0044-03-15 12:00:00 BC' WHEN i = 51 THEN '294246-12-31 23:59:59.999999'"
              + " ELSE '2024-01-31 00:00:00+00'::timestamptz + (i % 7) * interval '100 days' END",
          "{\"column\": \"k\", \"step\": \"P1M\", \"tail\": true}");
    }

    @Override
    protected int largestKeyGroup() {
      return 29;
    }
  }

  @Nested
  class HoursOfATimestampWhereOnlyTheColumnIsIndexed extends Timed {
    HoursOfATimestampWhereOnlyTheColumnIsIndexed() {
      super(
          "k timestamp NOT NULL",
          "'2024-01-01 00:00:00'::timestamp + (i / 10) * interval '59.999999 min'",
          "{\"column\": \"k\", \"step\": \"PT6H\"}");
    }

    @Override
    protected int largestKeyGroup() {
      return 10;
    }
  }

  @Nested
  class WeeksOfADate extends TimedExactly {
    WeeksOfADate() {
      super(
          "k date",
          "CASE WHEN i % 20 = 0 THEN NULL WHEN i % 21 = 0 THEN 'infinity' ELSE date '2024-02-20' +"
              + " i / 6 END",
          "{\"column\": \"k\", \"step\": \"P1W\"}");
    }

    @Override
    protected int largestKeyGroup() {
      return 11;
    }
  }

  @Nested
  class OneTimeForAllRows extends TimedExactly {
    OneTimeForAllRows() {
      super(
          "k timestamptz NOT NULL",
          "'2024-02-29 12:00:00+00'::timestamptz",
          "{\"column\": \"k\", \"step\": \"P1Y\"}");
    }
  }

  @Nested
  class InfiniteTimesOnly extends TimedExactly {
    InfiniteTimesOnly() {
      super(
          "k timestamptz NOT NULL",
          "CASE i % 2 WHEN 0 THEN 'infinity'::timestamptz ELSE '-infinity' END",
          "{\"column\": \"k\", \"step\": \"P1D\"}");
    }
  }

  @Test
  void shouldCutWhereTheDaysOfTheZoneBegin() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, k timestamptz)",
          "CREATE INDEX ON t (k, id)",
          // Every half hour from before the change of clocks to behind it, then a gap of a year.
          "INSERT INTO t SELECT i, '2024-03-30 20:00:00+00'::timestamptz + i * interval '30 min'"
              + " FROM generate_series(1, 120) i",
          "INSERT INTO t VALUES (200, '2025-06-01 10:00:00.000001+00'), (201, NULL), (202, NULL)");
      List<PlannedSlice> slices =
          slices(database, "{\"column\": \"k\", \"step\": \"P1D\", \"zone\": \"Europe/Paris\"}");

      assertThat(slices.stream().map(PostgresTimeTest::range).map(KeyRange::getUpper))
          .containsExactly(
              List.of("2024-03-30 22:59:59.999999+00"),
              List.of("2024-03-31 21:59:59.999999+00"),
              List.of("2024-04-01 21:59:59.999999+00"),
              List.of("2024-04-02 21:59:59.999999+00"),
              List.of("2025-06-01 10:00:00.000001+00", "200"),
              null);
      assertThat(slices.stream().map(s -> Long.toString(s.rowsEstimated())))
          .containsExactlyElementsOf(
              database.rows(
                  "SELECT count(*) FROM t GROUP BY date_trunc('day', k AT TIME ZONE 'Europe/Paris')"
                      + " ORDER BY min(k)"));
      assertThat(range(slices.getFirst()).getLower()).isNull();
      assertThat(range(slices.getFirst()).getColumns()).containsExactly("k", "id");
      assertThat(range(slices.getLast()).getNullKeys()).isTrue();
    }
  }

  @Test
  void shouldLeaveInfiniteTimesToTheTailSoThatItTakesWhatAppearsLater() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, k timestamptz)",
          "CREATE INDEX ON t (k, id)",
          "INSERT INTO t VALUES (1, 'infinity'), (2, 'infinity')");
      String partition = "{\"column\": \"k\", \"step\": \"P1D\", \"tail\": true}";
      assertThat(slices(database, partition))
          .extracting(
              s -> range(s).getLower(), s -> range(s).getUpper(), PlannedSlice::rowsEstimated)
          .containsExactly(tuple(null, null, 2L));
      database.run("INSERT INTO t VALUES (3, '-infinity'), (4, '2024-03-30 20:00:00+00')");
      List<PlannedSlice> planned = slices(database, partition);
      database.run("INSERT INTO t VALUES (5, '2024-03-30 20:00:00.000001+00'), (6, '2025-01-01')");

      assertThat(planned)
          .extracting(s -> range(s).getUpper(), PlannedSlice::rowsEstimated)
          .containsExactly(tuple(List.of("2024-03-30 20:00:00+00", "4"), 2L), tuple(null, 2L));
      try (Source source = source(database, partition)) {
        assertThat(Copies.ids(source, planned.getLast().slice()))
            .containsExactly("5", "6", "1", "2");
      }
    }
  }

  @Test
  void shouldCutUpToTheLastTimeThatATypeHolds() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, k timestamp, d date)",
          "CREATE INDEX ON t (k, id)",
          "CREATE INDEX ON t (d, id)",
          "INSERT INTO t VALUES (1, '294276-12-31 23:59:59.999999', '5874897-12-31'),"
              + " (2, 'infinity', 'infinity')");

      assertThat(slices(database, "{\"column\": \"k\", \"step\": \"P7Y\"}"))
          .extracting(s -> range(s).getUpper())
          .containsExactly(List.of("294276-12-31 23:59:59.999999"), List.of("infinity", "2"));
      assertThat(slices(database, "{\"column\": \"d\", \"step\": \"P7Y\"}"))
          .extracting(s -> range(s).getUpper())
          .containsExactly(List.of("5874897-12-31"), List.of("infinity", "2"));
    }
  }

  @Test
  void shouldTakeTheStatisticsWordWhenToCountWouldTakeLong() throws Exception {
    try (TestDatabase database = new TestDatabase();
        Connection connection = database.connect()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY)",
          "INSERT INTO t SELECT generate_series(1, 5000)",
          "ANALYZE t");
      TableName table = TableName.parse("t");
      String half = " FROM t WHERE id <= 2500";
      database.run(
          "DELETE FROM t WHERE id <= 2000",
          "CREATE TABLE fresh (id int) WITH (autovacuum_enabled = off)",
          "INSERT INTO fresh SELECT generate_series(1, 5000)");

      assertThat(new RowCount(connection, table, 5_000).of(half)).isEqualTo(500);
      assertThat(new RowCount(connection, table, 4_999).of(half)).isBetween(1_000L, 3_000L);
      assertThat(
              new RowCount(connection, TableName.parse("fresh"), 100)
                  .of(" FROM fresh WHERE id <= 1"))
          .as("not counted, though no statistics say that it is large")
          .isGreaterThan(100);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'column': 'kk', 'step': 'P1D'}; partition.time.column: it has no column 'kk'; did you mean k",
        "{'column': 'id', 'step': 'P1D'}; 'id' is of type integer, not date, timestamp or timestamptz",
        "{'column': 'u', 'step': 'P1D'}; CREATE INDEX CONCURRENTLY ON \"public\".\"t\" (\"u\", \"id\")",
        "{'column': 'k', 'step': 'P1D', 'zone': 'Europe/Pariss'}; did you mean Europe/Paris",
        "{'column': 'd', 'step': 'P1D', 'zone': 'UTC'}; partition.time.zone: 'd' is of type date",
        "{'column': 'd', 'step': 'PT24H'}; partition.time.step: 'd' is of type date, of whole days; give P1D",
        "{'column': 'k', 'step': 'P1M1D'}; partition.time.step: 'P1M1D' is no step"
      })
  void shouldExplainWhatCannotBeCut(String partition, String message) throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run(
          "CREATE TABLE t (id int PRIMARY KEY, k timestamptz, u timestamp, d date)",
          "CREATE INDEX ON t (k)",
          "CREATE INDEX ON t (d)");

      TaskException e =
          catchThrowableOfType(
              TaskException.class, () -> slices(database, partition.replace('\'', '"')));

      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
      assertThat(e).hasMessageContaining(message);
    }
  }

  @Test
  void shouldSayWhatABetterIndexWouldDoWhenOnlyTheColumnHasOne() throws Exception {
    try (TestDatabase database = new TestDatabase()) {
      database.run("CREATE TABLE t (id int PRIMARY KEY, k timestamp)", "CREATE INDEX ON t (k)");
      String partition = "{\"column\": \"k\", \"step\": \"P1D\"}";

      assertThat(explained(database, partition))
          .anyMatch(l -> l.contains("no chunk ends between rows of the same time"))
          .anyMatch(l -> l.contains("(\"k\", \"id\")"));
      database.run("CREATE INDEX ON t (k, id)");
      assertThat(explained(database, partition)).noneMatch(l -> l.contains("no chunk ends"));
    }
  }

  private static List<String> explained(TestDatabase database, String partition) throws Exception {
    try (Source source = source(database, partition)) {
      return source.explain(RowFormat.RECORDS);
    }
  }

  private static Source source(TestDatabase database, String partition) throws Exception {
    return new JdbcConnector()
        .source(database.config("t"), new ObjectMapper().readTree("{\"time\": " + partition + "}"));
  }

  private static List<PlannedSlice> slices(TestDatabase database, String partition)
      throws Exception {
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source = source(database, partition)) {
      source.split(Optional.empty(), slices::add);
    }
    return slices;
  }

  private static KeyRange range(PlannedSlice slice) {
    return ((Slice.Keys) slice.slice()).range();
  }
}
