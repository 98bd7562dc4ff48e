package io.tidemark.connectors.sql;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.ListFilter;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which slices there are of tables cut by time, list and hash, and what a user reads of others. */
class SqlCutsTest {

  private static final ChunkSize WHOLE = new ChunkSize(Integer.MAX_VALUE, Long.MAX_VALUE);

  private static TestSql open(String product) throws Exception {
    return switch (product) {
      case "MariaDB" -> TestSql.mariadb();
      case "H2" -> TestSql.h2();
      case "DuckDB" -> TestSql.duckdb();
      case "SQLite" -> TestSql.sqlite();
      default -> TestSql.hsqldb();
    };
  }

  // Names as they are spelled there.
  private static String named(String product, String name) {
    return product.equals("H2") || product.equals("HSQLDB") ? name.toUpperCase(Locale.ROOT) : name;
  }

  private static Source source(TestSql database, String partition) throws Exception {
    String product = database.product();
    return new JdbcConnector()
        .source(
            database.config(named(product, "t")),
            new ObjectMapper()
                .readTree(
                    partition
                        .replace("'k'", "'" + named(product, "k") + "'")
                        .replace("'j'", "'" + named(product, "j") + "'")
                        .replace('\'', '"')));
  }

  // Those that a plan takes.
  private static List<PlannedSlice> slices(TestSql database, String partition) throws Exception {
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source = source(database, partition)) {
      source.split(Optional.empty(), slices::add);
    }
    PlanBuilder plan = new PlanBuilder("b", 4, 0);
    slices.forEach(s -> plan.add(s.slice(), s.rowsEstimated()));
    plan.take();
    plan.end();
    return slices;
  }

  private static KeyRange range(PlannedSlice slice) {
    return ((Slice.Keys) slice.slice()).range();
  }

  @ParameterizedTest
  @CsvSource({
    "MariaDB, timestamp(6) NULL, .999999",
    "MariaDB, timestamp(1) NULL, .9",
    "MariaDB, timestamp NULL, ''",
    "DuckDB, TIMESTAMPTZ, .999999",
    "H2, TIMESTAMP(6) WITH TIME ZONE, .999999",
    "HSQLDB, TIMESTAMP(6) WITH TIME ZONE, .999999",
    "HSQLDB, TIMESTAMP(0) WITH TIME ZONE, ''"
  })
  void shouldCutWhereTheDaysOfTheZoneBegin(String product, String type, String last)
      throws Exception {
    try (TestSql database = open(product)) {
      database.run(
          "CREATE TABLE t (n INTEGER PRIMARY KEY, k " + type + ")", "CREATE INDEX i ON t (k, n)");
      // Every half hour from before the change of clocks to behind it, a gap of a year, and NULLs.
      List<Object[]> rows = new ArrayList<>();
      for (int i = 1; i <= 120; i++) {
        rows.add(new Object[] {i, at(product, Instant.parse("2024-03-30T20:00:00Z"), i * 30L)});
      }
      rows.add(new Object[] {200, at(product, Instant.parse("2025-06-01T10:00:00Z"), 0)});
      rows.add(new Object[] {201, null});
      rows.add(new Object[] {202, null});
      database.each("INSERT INTO t VALUES (?, ?)", rows);
      database.readOnly();

      List<PlannedSlice> slices =
          slices(database, "{'time': {'column': 'k', 'step': 'P1D', 'zone': 'Europe/Paris'}}");

      assertThat(slices)
          .extracting(s -> range(s).getUpper(), PlannedSlice::rowsEstimated)
          .containsExactly(
              tuple(List.of("2024-03-30T22:59:59" + last + "Z"), 5L),
              tuple(List.of("2024-03-31T21:59:59" + last + "Z"), 46L),
              tuple(List.of("2024-04-01T21:59:59" + last + "Z"), 48L),
              tuple(List.of("2024-04-02T21:59:59" + last + "Z"), 21L),
              tuple(List.of("2025-06-01T10:00:00Z", "200"), 1L),
              tuple(null, 2L));
      assertThat(range(slices.getLast()).getNullKeys()).isTrue();
    }
  }

  // As each driver takes it.
  private static Object at(String product, Instant from, long minutes) {
    LocalDateTime utc = LocalDateTime.ofInstant(from, ZoneOffset.UTC).plusMinutes(minutes);
    return switch (product) {
      case "MariaDB" -> utc.toString().replace('T', ' ');
      case "DuckDB" -> utc + "+00";
      default -> utc.atOffset(ZoneOffset.UTC);
    };
  }

  @Test
  void shouldCutUpToTheLastTimeThatATypeHolds() throws Exception {
    try (TestSql database = TestSql.duckdb()) {
      database.run(
          "CREATE TABLE t (n INTEGER PRIMARY KEY, k TIMESTAMP, d DATE)",
          "INSERT INTO t VALUES (1, '9999-12-31 23:59:59.999999', '9999-12-31'),"
              + " (2, 'infinity', 'infinity')");
      database.readOnly();

      assertThat(slices(database, "{'time': {'column': 'k', 'step': 'P300000Y'}}"))
          .extracting(s -> range(s).getUpper())
          .containsExactly(List.of("+294247-01-10T04:00:54.775806"), List.of("infinity", "2"));
      assertThat(slices(database, "{'time': {'column': 'd', 'step': 'P6000000Y'}}"))
          .extracting(s -> range(s).getUpper())
          .containsExactly(List.of("+5881580-07-10"), List.of("infinity", "2"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "MariaDB, varchar(9) CHARACTER SET latin1 COLLATE latin1_german2_ci",
    "SQLite, TEXT COLLATE NOCASE",
    "H2, VARCHAR_IGNORECASE(9)"
  })
  void shouldHoldTwoSpellingsOfOneValueForOne(String product, String type) throws Exception {
    try (TestSql database = open(product)) {
      database.run("CREATE TABLE t (n INTEGER PRIMARY KEY, k " + type + ")");

      assertThat(
              refused(database, "{'list': {'column': 'k', 'values': ['a', ['b', 'c'], 'B', 'd']}}"))
          .hasMessageContaining("'b' and 'B' are the same value; give it once");
      assertThat(slices(database, "{'list': {'column': 'k', 'values': ['a', 'b']}}")).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"MariaDB", "SQLite", "H2", "DuckDB", "HSQLDB"})
  void shouldPlanASliceForEachValueAndTheOthers(String product) throws Exception {
    try (TestSql database = open(product)) {
      database.run("CREATE TABLE t (n INTEGER PRIMARY KEY, k INTEGER)", "CREATE INDEX i ON t (k)");
      List<Object[]> rows = new ArrayList<>();
      for (int i = 1; i <= 100; i++) {
        rows.add(new Object[] {i, i % 4 == 0 ? null : i % 4});
      }
      database.each("INSERT INTO t VALUES (?, ?)", rows);
      database.readOnly();

      assertThat(slices(database, "{'list': {'column': 'k'}}"))
          .extracting(s -> range(s).getFilter(), PlannedSlice::rowsEstimated)
          .containsExactly(
              tuple(list(product, List.of("1"), false, false), 25L),
              tuple(list(product, List.of("2"), false, false), 25L),
              tuple(list(product, List.of("3"), false, false), 25L),
              tuple(list(product, List.of(), true, false), 25L));
      assertThat(slices(database, "{'list': {'column': 'k', 'values': ['03', [1, null]]}}"))
          .extracting(s -> range(s).getFilter(), PlannedSlice::rowsEstimated)
          .containsExactly(
              tuple(list(product, List.of("3"), false, false), 25L),
              tuple(list(product, List.of("1"), true, false), 50L),
              tuple(list(product, List.of("3", "1"), true, true), 25L));
    }
  }

  private static ListFilter list(
      String product, List<String> values, boolean nulls, boolean others) {
    return new ListFilter(named(product, "k"), values, nulls, others);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MariaDB", "SQLite", "H2", "DuckDB"})
  void shouldDealRowsToBucketsEvenlyWhenTheirNumbersAreRegular(String product) throws Exception {
    try (TestSql database = open(product)) {
      database.run("CREATE TABLE t (n INTEGER PRIMARY KEY, k BIGINT)");
      List<Object[]> rows = new ArrayList<>();
      for (int i = 1; i <= 1_000; i++) {
        rows.add(new Object[] {i, i % 50 == 0 ? null : i * 8_000L});
      }
      database.each("INSERT INTO t VALUES (?, ?)", rows);
      database.readOnly();
      String partition = "{'hash': {'columns': ['k'], 'buckets': 8}}";

      assertThat(slices(database, partition))
          .hasSize(8)
          .allMatch(s -> s.rowsEstimated() == 1_000 / 8);
      List<Integer> found = read(database, partition).stream().map(List::size).toList();
      assertThat(found).allMatch(n -> n > 80 && n < 180);
      assertThat(found.stream().mapToInt(n -> n).sum()).isEqualTo(1_000);
    }
  }

  // The first column of the rows of each slice.
  private static List<List<String>> read(TestSql database, String partition) throws Exception {
    List<List<String>> all = new ArrayList<>();
    try (Source source = source(database, partition)) {
      for (PlannedSlice each : slices(database, partition)) {
        CollectedRows rows = new CollectedRows(r -> r.get(0).toString());
        try (ChunkReader reader = source.open(each.slice(), RowFormat.RECORDS)) {
          assertThat(reader.read(Cursor.START, WHOLE, rows).last()).isTrue();
        }
        all.add(rows.identities());
      }
    }
    return all;
  }

  /** Rows must not move from bucket to bucket as servers, versions and releases come and go. */
  @ParameterizedTest
  @CsvSource({
    "MariaDB, varchar(20) CHARACTER SET latin1",
    "H2, VARCHAR(20)",
    "DuckDB, VARCHAR",
    "SQLite, BIGINT"
  })
  void shouldPutEachRowIntoTheBucketOfItsValuesWhateverTheServer(String product, String type)
      throws Exception {
    try (TestSql database = open(product)) {
      database.run("CREATE TABLE t (n INTEGER PRIMARY KEY, k " + type + ", j INTEGER)");
      List<Object[]> rows = new ArrayList<>();
      List<List<String>> expected = new ArrayList<>();
      IntStream.range(0, 8).forEach(b -> expected.add(new ArrayList<>()));
      for (int i = 1; i <= 60; i++) {
        Object k = product.equals("SQLite") ? (Object) (i * 1_234_567L) : "it's ä, " + i;
        rows.add(new Object[] {i, i % 7 == 0 ? null : k, i});
        expected.get(bucket(product, i % 7 == 0 ? null : k, i)).add(Integer.toString(i));
      }
      database.each("INSERT INTO t VALUES (?, ?, ?)", rows);
      database.readOnly();

      assertThat(read(database, "{'hash': {'columns': ['k', 'j'], 'buckets': 8}}"))
          .isEqualTo(expected);
    }
  }

  private static int bucket(String product, Object k, int j) throws Exception {
    HexFormat hex = product.equals("H2") ? HexFormat.of() : HexFormat.of().withUpperCase();
    String both =
        (k == null ? "-" : hex.formatHex(k.toString().getBytes(UTF_8)))
            + ","
            + hex.formatHex(Integer.toString(j).getBytes(UTF_8));
    return switch (product) {
      case "MariaDB" -> {
        CRC32 crc = new CRC32();
        crc.update(both.getBytes(UTF_8));
        yield (int) (crc.getValue() % 8);
      }
      case "H2" -> first("SHA-256", both);
      case "DuckDB" -> first("MD5", both);
      default -> (int) (mixed(mixed(0, k == null ? 0 : (Long) k), j) % 8);
    };
  }

  private static int first(String algorithm, String text) throws Exception {
    byte[] digest = MessageDigest.getInstance(algorithm).digest(text.getBytes(UTF_8));
    return (int) (Integer.toUnsignedLong(ByteBuffer.wrap(digest).getInt()) % 8);
  }

  private static long mixed(long before, long value) {
    return (((before + value % 2147483647L) % 2147483647L * 1103515245L) >> 16) & 2147483647L;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "MariaDB; {'time': {'column': 'kk', 'step': 'P1D'}}; partition.time.column: there is no column 'kk'; did you mean k",
        "MariaDB; {'time': {'column': 'n', 'step': 'P1D'}}; 'n' is of type int(11), not date, timestamp or timestamptz",
        "MariaDB; {'time': {'column': 'u', 'step': 'P1D'}}; CREATE INDEX … ON `",
        "MariaDB; {'time': {'column': 'k', 'step': 'P1D', 'zone': 'UTC'}}; partition.time.zone: 'k' is of type datetime",
        "MariaDB; {'time': {'column': 'd', 'step': 'PT24H'}}; 'd' is of type date, of whole days; give P1D",
        "MariaDB; {'time': {'column': 't', 'step': 'P1D'}}; column 't' is time, which cannot be a key here",
        "MariaDB; {'list': {'column': 'f'}}; 'f' is float, whose values cannot be told to be equal",
        "MariaDB; {'list': {'column': 'u'}}; no index begins with 'u', so that to find its values",
        "MariaDB; {'list': {'column': 'n', 'values': [1, 'x']}}; 'x' is none that 'n' holds, which is int(11)",
        "MariaDB; {'list': {'column': 'n', 'values': [1, '01']}}; '1' and '01' are the same value; give it once",
        "MariaDB; {'list': {'column': 'n', 'values': [1], 'others': false, 'key': ['k']}}; has a NULL cannot be told apart",
        "MariaDB; {'hash': {'columns': ['m'], 'buckets': 4}}; partition.hash.columns: there is no column 'm'",
        "MariaDB; {'physical': {}}; a table of MariaDB is not cut by 'physical'",
        "SQLite; {'time': {'column': 'k', 'step': 'P1D'}}; SQLite keeps times as texts",
        "SQLite; {'list': {'column': 'k', 'values': ['2024-01-01T00:00']}}; cannot be told to be equal",
        "SQLite; {'hash': {'columns': ['k'], 'buckets': 4}}; SQLite computes no bucket of (k) that stays the same; it hashes whole numbers only",
        "HSQLDB; {'hash': {'columns': ['N'], 'buckets': 4}}; computes no bucket of (N) that stays the same; cut by key, time or list"
      })
  void shouldExplainWhatCannotBeCut(String product, String partition, String message)
      throws Exception {
    try (TestSql database = open(product)) {
      database.run(
          switch (product) {
            case "MariaDB" ->
                "CREATE TABLE t (n int PRIMARY KEY, k datetime, u datetime, d date, t time, f float,"
                    + " KEY (k), KEY (d), KEY (t), KEY (f))";
            case "SQLite" -> "CREATE TABLE t (n INTEGER PRIMARY KEY, k TEXT TIMESTAMP UNIQUE)";
            default -> "CREATE TABLE t (n INTEGER PRIMARY KEY)";
          });

      assertThat(refused(database, partition)).hasMessageContaining(message);
    }
  }

  private static TaskException refused(TestSql database, String partition) {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> {
              try (Source source = source(database, partition)) {
                source.explain(RowFormat.RECORDS);
              }
            });
    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    return e;
  }
}
