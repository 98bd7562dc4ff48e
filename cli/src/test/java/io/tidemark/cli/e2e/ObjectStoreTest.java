package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Backfills to and from a real server that speaks S3, with a worker that is killed in mid-run. */
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
  void shouldExportAndLoadExactlyOnceWhenAWorkerIsKilled() throws Exception {
    postgres.fill("src.a", ROWS);
    Path spec =
        fleet.write(
            "export.yaml",
            """
            apiVersion: tidemark/v1
            name: export
            source: {jdbc: {%s}}
            partition: {key: {rows: 5000}}
            sink: {s3: {%s}}
            chunk: {rows: 1000}
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
    CheckpointLog log =
        CheckpointLog.read(
            fleet.bootstrap(),
            new Topics(Topics.DEFAULT_NAMESPACE).checkpoints(Topics.DEFAULT_DOMAIN),
            Fleet.QUEUES);
    assertThat(log.takeoversFrom("w-killed")).as("what it held").isNotEmpty();
    assertSealed(backfill);
    assertLoadedBack();
    assertOrphansFound(spec, aside);
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

  private static void assertLoadedBack() throws Exception {
    Path back =
        fleet.write(
            "back.yaml",
            """
            apiVersion: tidemark/v1
            name: back
            source: {s3: {%s}}
            sink: {jdbc: {%s}}
            """
                .formatted(buckets.s3("orders/*.parquet", "parquet"), postgres.jdbc("dst.a")));
    fleet.waitFor(fleet.plan(back).path("backfill").asText(), PATIENCE);
    assertThat(postgres.rows("dst.a")).isEqualTo(ROWS);
    assertThat(postgres.difference("src.a", "dst.a")).isZero();
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
