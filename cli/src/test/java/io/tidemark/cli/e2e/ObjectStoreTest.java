package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A table's way from PostgreSQL to objects in a real server that speaks S3, and on to MariaDB, with
 * a worker killed in the middle of each of the two backfills; and other objects.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ObjectStoreTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int ROWS = 120_000;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Buckets buckets;

  @BeforeAll
  static void start() throws Exception {
    postgres = new Postgres();
    buckets = new Buckets();
    fleet.broker();
    fleet.reconciler();
  }

  @AfterAll
  static void stop() throws Exception {
    buckets.close();
    postgres.close();
  }

  @Test
  @Order(1)
  void shouldExportExactlyOnceWhenAWorkerIsKilled() throws Exception {
    fill();
    Path spec =
        fleet.write(
            "export.yaml",
            """
            apiVersion: tidemark/v1
            name: export
            source: {jdbc: {%s}}
            partition: {key: {rows: 10000}}
            sink: {s3: {%s}}
            chunk: {rows: 2000}
            limits: {rowsPerSecond: 15000}
            """
                .formatted(postgres.jdbc("src.a"), buckets.s3("orders", "parquet")));
    Proc killed = fleet.worker("w-killed");
    fleet.worker("w-steady");

    String backfill = fleet.plan(spec).path("backfill").asText();
    String aside = "orders/_tidemark/" + backfill + "/";
    await().atMost(PATIENCE).until(() -> chunks(aside) > 20);
    Fleet.pause(fleet.moment(0, 1_000));
    killed.kill9();
    assertThat(buckets.below("orders/").keySet())
        .as("nothing is to be seen before all of it is there")
        .allMatch(key -> key.startsWith("_tidemark/"));
    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("rows").asLong()).isEqualTo(ROWS);
    assertThat(fleet.checkpoints().takeoversFrom(killed.name())).as("what it held").isNotEmpty();
    assertSealed(backfill);
    assertOrphansFound(spec, aside);
  }

  /** A column of each family of types, and NULLs in most of them. */
  private static void fill() throws SQLException {
    postgres.run(
        """
        CREATE TABLE src.a AS
        SELECT
          i * 3::bigint AS id,
          timestamptz '1950-01-01 00:00:00Z' + i * interval '5 hours 0.000001 s' AS at,
          CASE WHEN i %% 5 > 0 THEN timestamp '2001-01-01' + i * interval '7.000001 s' END AS seen,
          CASE WHEN i %% 7 > 0 THEN date '1900-01-01' + i END AS day,
          CASE WHEN i %% 11 > 0 THEN ((i - 60000) * 98765432.1009)::numeric(20,4) END AS amount,
          CASE WHEN i %% 13 > 0 THEN i / 8::float8 END AS share,
          CASE WHEN i %% 3 > 0 THEN i %% 2 = 0 END AS paid,
          CASE i %% 9
            WHEN 0 THEN NULL
            WHEN 1 THEN ''
            WHEN 2 THEN 'two\nlines\t\\ "quoted", it''s'
            ELSE 'řádek ' || i || ' 😀 日本'
          END AS note,
          CASE WHEN i %% 17 > 0 THEN decode(md5(i::text), 'hex') END AS raw
        FROM generate_series(1, %d) i
        """
            .formatted(ROWS),
        "ALTER TABLE src.a ADD PRIMARY KEY (id)",
        "ANALYZE src.a");
  }

  private static long chunks(String aside) {
    return buckets.below(aside).keySet().stream().filter(k -> k.endsWith(".parquet")).count();
  }

  /** What the manifest names is there, and nothing else. */
  private static void assertSealed(String backfill) throws Exception {
    JsonNode manifest =
        new JsonMapper().readTree(buckets.get("orders/_manifest-" + backfill + ".json"));
    assertThat(manifest.path("rows").asLong()).isEqualTo(ROWS);
    Set<String> named =
        manifest
            .path("files")
            .valueStream()
            .map(f -> f.path("path").asText())
            .collect(Collectors.toSet());
    Set<String> there = buckets.below("orders/").keySet();
    assertThat(there).hasSize(named.size() + 1).containsAll(named);
    assertThat(buckets.uploads()).isEmpty();
    System.out.println(named.size() + " objects");
  }

  /** These objects, so behind the test that writes them. */
  @Test
  @Order(2)
  void shouldLoadThemIntoMariaDbExactlyOnceWhenAWorkerIsKilled() throws Exception {
    try (MariaDb mariadb = MariaDb.fresh()) {
      Path spec =
          fleet.write(
              "on.yaml",
              """
              apiVersion: tidemark/v1
              name: on
              source: {s3: {%s}}
              sink: {jdbc: {%s, key: [id]}}
              chunk: {rows: 500}
              limits: {rowsPerSecond: 15000}
              """
                  .formatted(buckets.s3("orders/*.parquet", "parquet"), mariadb.jdbc("a")));
      Proc killed = fleet.worker("w-killed-2");

      String backfill = fleet.plan(spec).path("backfill").asText();
      mariadb.awaitNumber(MariaDb.begun(killed.name()), 1, PATIENCE);
      killed.kill9();
      assertThat(mariadb.rows("a")).as("rows when it was killed").isLessThan(ROWS);
      JsonNode end = fleet.waitFor(backfill, PATIENCE);

      assertThat(end.path("rows").asLong()).isEqualTo(ROWS);
      assertThat(fleet.checkpoints().takeoversFrom(killed.name())).as("what it held").isNotEmpty();
      assertThat(
              mariadb.lines(
                  "SELECT id, cast(at AS char), cast(seen AS char), day, amount, share, paid + 0,"
                      + " note, lower(hex(raw)) FROM a ORDER BY id"))
          .isEqualTo(
              postgres.lines(
                  "SELECT id, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),"
                      + " to_char(seen, 'YYYY-MM-DD HH24:MI:SS.US'), day, amount, share, paid::int,"
                      + " note, encode(raw, 'hex') FROM src.a ORDER BY id"));
    }
  }

  private static void assertOrphansFound(Path spec, String aside) {
    // What a worker leaves that wakes up behind the end.
    buckets.put(aside + "000001-3-7.parquet", "no Parquet at all");

    Proc listed = fleet.onKafka("orphans", "orphans", spec.toString()).expect(0, Fleet.SHORT);
    assertThat(listed.out()).contains("000001-3-7.parquet  17 bytes", "1 orphans, 17 bytes");
    fleet.onKafka("orphans-asked", "orphans", spec.toString(), "--delete").expect(2, Fleet.SHORT);
    assertThat(buckets.below(aside)).hasSize(1);
    fleet
        .onKafka("orphans-removed", "orphans", spec.toString(), "--delete", "--yes")
        .expect(0, Fleet.SHORT);
    assertThat(buckets.below("orders/_tidemark/")).isEmpty();
  }

  @Test
  void shouldLoadATableFromCsvObjects() throws Exception {
    for (int day = 0; day < 3; day++) {
      int first = 2_000 * day;
      buckets.put(
          "cities/day=" + day + "/part.csv",
          IntStream.range(first, first + 2_000)
              .mapToObj(i -> i + ",\"city, " + i + "\"")
              .collect(Collectors.joining("\n", "id,name\n", "\n")));
    }
    buckets.put("cities/_SUCCESS", "");
    postgres.run("CREATE TABLE dst.cities (id bigint PRIMARY KEY, name text)");
    Path spec =
        fleet.write(
            "cities.yaml",
            """
            apiVersion: tidemark/v1
            name: cities
            source: {s3: {%s}}
            sink: {jdbc: {%s}}
            """
                .formatted(buckets.s3("cities", "csv"), postgres.jdbc("dst.cities")));

    fleet
        .start("cities", "run", spec.toString(), "--data", "data-cities", "--queues", "4")
        .expect(0, PATIENCE);

    assertThat(postgres.rows("dst.cities")).isEqualTo(6_000);
    assertThat(postgres.number("SELECT id FROM dst.cities WHERE name = 'city, 4077'"))
        .isEqualTo(4_077);
  }
}
