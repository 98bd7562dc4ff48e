package io.tidemark.reconciler.app;

import static io.tidemark.reconciler.Samples.descriptor;
import static io.tidemark.reconciler.Samples.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Plan;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The whole reconciler on a real broker. Tests share both, each with backfills of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ReconcilerTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private Path stateDir;
  private Cluster cluster;
  private Reconciler reconciler;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    stateDir = directory.resolve("state");
    cluster = new Cluster(directory.resolve("kafka"));
    open(stateDir);
  }

  private void open(Path state) throws Exception {
    reconciler = cluster.start(state);
    reconciler.awaitReady(PATIENCE);
  }

  @AfterAll
  void stop() {
    reconciler.close();
    cluster.close();
  }

  @Test
  void shouldProveABackfillAndAnswerAlikeAfterRestartsWithAndWithoutLocalState(@TempDir Path empty)
      throws Exception {
    String id = "proved-00000001";
    List<Descriptor> all = descriptors(id, 40);
    cluster.publish(plan(id, Cluster.QUEUES, 40, false), all);
    await("admission").atMost(PATIENCE).until(() -> state(id).equals("RUNNING"));
    cluster.work(all);
    await("completion").atMost(PATIENCE).until(() -> state(id).equals("COMPLETED"));

    JsonNode backfill = cluster.get(reconciler, "/api/v1/backfills/" + id);
    assertThat(backfill.get("covered").asBoolean()).isTrue();
    assertThat(backfill.get("rows").asLong()).isEqualTo(40L * Samples.ROWS);
    assertThat(backfill.get("drift").asLong()).isZero();
    assertThat(backfill.at("/digest/sum").asText())
        .isEqualTo(String.format("%016x", Samples.ROWS * 40L * 41 / 2));
    assertThat(backfill.at("/directive/run_state").asText()).isEqualTo("RUN");
    assertThat(backfill.toString()).doesNotContain("PG_PASSWORD");
    JsonNode partitions = cluster.get(reconciler, "/api/v1/backfills/" + id + "/partitions");

    reconciler.close();
    open(stateDir);
    assertThat(cluster.get(reconciler, "/api/v1/backfills/" + id)).isEqualTo(backfill);
    assertThat(cluster.get(reconciler, "/api/v1/backfills/" + id + "/partitions"))
        .isEqualTo(partitions);

    reconciler.close();
    stateDir = empty;
    open(empty);
    assertThat(cluster.get(reconciler, "/api/v1/backfills/" + id)).isEqualTo(backfill);
    assertThat(cluster.get(reconciler, "/api/v1/backfills/" + id + "/partitions"))
        .isEqualTo(partitions);
  }

  @Test
  void shouldPageThroughEveryPartitionInOrder() throws Exception {
    String id = "paged-00000001";
    // A neighbour on either side, to be left out.
    cluster.publish(
        plan("paged-00000000", Cluster.QUEUES, 5, false), descriptors("paged-00000000", 5));
    cluster.publish(
        plan("paged-00000002", Cluster.QUEUES, 5, false), descriptors("paged-00000002", 5));
    List<Descriptor> all = descriptors(id, 5_000);
    cluster.publish(plan(id, Cluster.QUEUES, 5_000, false), all);
    cluster.work(all.subList(1_000, 1_150));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              JsonNode b = backfill(id);
              return b.path("partitions").asLong() == 5_000 && b.path("completed").asLong() == 150;
            });

    assertThat(pages(id, "limit=1000"))
        .containsExactlyElementsOf(all.stream().map(Descriptor::getPartitionId).toList());
    assertThat(pages(id, "limit=37&state=completed"))
        .containsExactlyElementsOf(
            all.subList(1_000, 1_150).stream().map(Descriptor::getPartitionId).toList());
    assertThat(cluster.get(reconciler, "/api/v1/backfills/" + id + "/partitions").get("partitions"))
        .hasSize(100);
    assertThat(pages(id, "state=FAILED")).isEmpty();
  }

  private List<String> pages(String id, String query) throws Exception {
    List<String> ids = new ArrayList<>();
    String path = "/api/v1/backfills/" + id + "/partitions?" + query;
    JsonNode page = cluster.get(reconciler, path);
    while (true) {
      page.get("partitions").forEach(p -> ids.add(p.at("/descriptor/partition_id").asText()));
      if (page.get("next").isNull()) {
        return ids;
      }
      page = cluster.get(reconciler, path + "&after=" + page.get("next").asText());
    }
  }

  @Test
  void shouldSealTheSinkWhenAllPartitionsAreDone(@TempDir Path directory) throws Exception {
    String id = "sealed-00000001";
    Path manifest = directory.resolve("manifest");
    List<Descriptor> all = descriptors(id, 12);
    Plan plan =
        Plan.newBuilder(plan(id, Cluster.QUEUES, 12, true))
            .setSpec(
                """
                apiVersion: tidemark/v1
                name: sealed
                source:
                  recording: {path: "%1$s"}
                sink:
                  recording: {path: "%1$s"}
                """
                    .formatted(manifest))
            .build();
    cluster.publish(plan, all);
    cluster.work(all);

    await("completion").atMost(PATIENCE).until(() -> state(id).equals("COMPLETED"));

    assertThat(Files.readString(manifest))
        .startsWith("Manifest[backfill=" + id + ", rows=1200, ")
        .containsSubsequence("part-0", "part-1", "part-10", "part-11", "part-2");
  }

  @Test
  void shouldGoOnAndTellWhenARecordIsCorrupt() throws Exception {
    String topic = cluster.topics.checkpoints(Samples.DOMAIN);
    cluster.raw(topic, 2, new byte[] {9, 9});

    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(cluster.get(reconciler, "/api/v1/malformed-records").get("newest"))
                    .anySatisfy(
                        r -> {
                          assertThat(r.get("topic").asText()).isEqualTo(topic);
                          assertThat(r.get("partition").asInt()).isEqualTo(2);
                        }));
    assertThat(text("/metrics")).containsPattern("tidemark_malformed_records_total [1-9]");
    assertThat(reconciler.failure()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          GET  | /api/v1/backfills/nobody                          | 404 | there is no backfill 'nobody'
          GET  | /api/v1/backfills/nobody/partitions               | 404 | there is no backfill 'nobody'
          GET  | /api/v1/backfills/api-00000001/partitions?state=x | 400 | state 'x' is none of [PENDING
          GET  | /api/v1/backfills/api-00000001/partitions?limit=0 | 400 | limit '0' is no whole number
          GET  | /api/v1/backfills/api-00000001/partitions?limit=1001 | 400 | from 1 to 1000
          GET  | /api/v1/backfills/api-00000001/partitions?limit=x | 400 | limit 'x'
          GET  | /api/v1/backfills/api-00000001/partitions?limit=1&limit=2 | 400 | more than once
          GET  | /api/v1/backfills/api-00000001/partitions?after=zz | 400 | after 'zz' is no partition
          GET  | /api/v1/backfills/api-00000001/partitions?stat=x  | 400 | unknown query parameter 'stat'
          GET  | /api/v1/backfills?x=1                             | 400 | there are none here
          GET  | /nowhere                                          | 404 | /nowhere
          POST | /api/v1/backfills                                 | 405 | takes only GET
          DELETE | /api/v1/backfills/api-00000001                  | 405 | takes only GET
          """)
  void shouldExplainWhatIsWrongWithARequest(String method, String path, int status, String detail)
      throws Exception {
    cluster.publish(plan("api-00000001", Cluster.QUEUES, 1, false), List.of());
    await().atMost(PATIENCE).until(() -> !state("api-00000001").isEmpty());

    HttpResponse<String> answer = cluster.request(reconciler, method, path);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(answer.headers().firstValue("content-type")).hasValue("application/problem+json");
    assertThat(answer.body()).contains("\"status\":" + status).contains(detail);
  }

  @Test
  void shouldTellOfItselfAndOfBackfillsInMetrics() throws Exception {
    String id = "metrics-00000001";
    cluster.publish(plan(id, Cluster.QUEUES, 3, false), descriptors(id, 3));
    await().atMost(PATIENCE).until(() -> backfill(id).path("pending").asLong() == 3);

    assertThat(text("/metrics"))
        .contains("tidemark_backfills{state=\"RUNNING\"}")
        .contains("tidemark_partitions{backfill=\"" + id + "\",state=\"PENDING\"} 3")
        .contains("tidemark_backfill_rows{backfill=\"" + id + "\"} 0")
        .containsPattern("tidemark_backfill_rows_estimated\\{backfill=\"" + id + "\"} [1-9]")
        .contains("tidemark_backfill_dead_letters{backfill=\"" + id + "\"} 0")
        .contains("tidemark_backfill_paused_timestamp_seconds{backfill=\"" + id + "\"} NaN")
        .contains("tidemark_reconciler_running 1")
        .containsPattern("tidemark_reconciler_records_per_second \\d")
        .contains("jvm_memory_used_bytes")
        .doesNotContain("paged-00000000\",state=\"UNKNOWN");
    assertThat(text("/health/live")).isEqualTo("{\"status\":\"up\"}");
    assertThat(text("/health/ready")).isEqualTo("{\"status\":\"up\"}");
    assertThat(text("/api/v1/workers")).isEqualTo("{\"workers\":[]}");
  }

  private String text(String path) throws Exception {
    HttpResponse<String> answer = cluster.request(reconciler, "GET", path);
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private JsonNode backfill(String id) throws Exception {
    for (JsonNode b : cluster.get(reconciler, "/api/v1/backfills").get("backfills")) {
      if (b.get("backfill_id").asText().equals(id)) {
        return b;
      }
    }
    return MissingNode.getInstance();
  }

  private String state(String id) throws Exception {
    return backfill(id).path("state").asText("");
  }

  private static List<Descriptor> descriptors(String id, int count) {
    return LongStream.range(0, count).mapToObj(i -> descriptor(id, i, Cluster.QUEUES)).toList();
  }
}
