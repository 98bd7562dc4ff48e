package io.tidemark.reconciler.app;

import static io.tidemark.reconciler.Samples.descriptor;
import static io.tidemark.reconciler.Samples.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Plan;
import java.io.BufferedReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two reconcilers of one namespace share the queues, and each answers for all of them. */
class TwoReconcilersTest {

  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int PARTITIONS = 60;
  private static final String ID = "shared-00000001";

  @TempDir private Path directory;
  private final ObjectMapper json = new ObjectMapper();
  private final List<Descriptor> all =
      LongStream.range(0, PARTITIONS).mapToObj(i -> descriptor(ID, i, Cluster.QUEUES)).toList();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Cluster cluster;
  private Reconciler one;

  @BeforeEach
  void start() throws Exception {
    cluster = opened(new Cluster(directory.resolve("kafka")));
    one = opened(cluster.start(directory.resolve("one"), Map.of("num.standby.replicas", "1")));
    one.awaitReady(PATIENCE);
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.add(part);
    return part;
  }

  @AfterEach
  void stop() throws Exception {
    for (AutoCloseable part : open.reversed()) {
      part.close();
    }
  }

  @Test
  void shouldAnswerForAllPartitionsAndSealTheSinkWhenTwoShareTheQueues() throws Exception {
    Reconciler two =
        opened(cluster.start(directory.resolve("two"), Map.of("num.standby.replicas", "1")));
    two.awaitReady(PATIENCE);
    Path manifest = directory.resolve("manifest");
    cluster.publish(sealing(manifest), all);
    cluster.work(all);

    for (Reconciler each : List.of(one, two)) {
      await("completion")
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(() -> state(each.port()).equals("COMPLETED"));
      assertThat(partitions(each.port()))
          .containsExactlyElementsOf(all.stream().map(Descriptor::getPartitionId).toList());
      assertThat(cluster.get(each, "/api/v1/backfills/" + ID).toString())
          .doesNotContain("apiVersion");
    }
    assertThat(Files.readString(manifest)).contains("rows=" + PARTITIONS * Samples.ROWS);
    assertThat(workedOnBy(one)).isNotEmpty().isNotEqualTo(workedOnBy(two));
    assertThat(workedOnBy(two)).isNotEmpty();
  }

  @Test
  void shouldAnswerOnFromCopiesAndNeverWrongWhenTheOtherIsKilled() throws Exception {
    cluster.publish(plan(ID, Cluster.QUEUES, PARTITIONS, false), all);
    cluster.work(all.subList(0, PARTITIONS / 2));
    try (Killable two = new Killable(cluster.settings(directory.resolve("two")))) {
      await("both work")
          .atMost(PATIENCE)
          .ignoreExceptions()
          .until(
              () ->
                  !theirs(two.port()).isEmpty()
                      && partitions(two.port()).size() == PARTITIONS
                      && copiesAreWarm()
                      && rows(one.port()) == PARTITIONS / 2 * Samples.ROWS);

      two.process.destroyForcibly().waitFor();

      long killed = System.nanoTime();
      List<Integer> statuses = new ArrayList<>();
      await("takeover")
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(100))
          .until(
              () -> {
                HttpResponse<String> page =
                    cluster.request(one, "GET", "/api/v1/backfills/" + ID + "/partitions?limit=99");
                HttpResponse<String> backfill =
                    cluster.request(one, "GET", "/api/v1/backfills/" + ID);
                statuses.add(page.statusCode());
                statuses.add(backfill.statusCode());
                check(page, backfill);
                return workedOnBy(one).size() == Cluster.QUEUES;
              });
      System.out.printf(
          "takeover after %d ms; %d answers, %d of them 503%n",
          (System.nanoTime() - killed) / 1_000_000,
          statuses.size(),
          statuses.stream().filter(s -> s == 503).count());
      assertThat(statuses).contains(200);
    }
    cluster.work(all.subList(PARTITIONS / 2, PARTITIONS));
    await("completion")
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> state(one.port()).equals("COMPLETED"));
  }

  /** Everything, or an error that says so. */
  private void check(HttpResponse<String> page, HttpResponse<String> backfill) throws Exception {
    for (HttpResponse<String> answer : List.of(page, backfill)) {
      assertThat(answer.statusCode()).as(answer.body()).isIn(200, 503);
      if (answer.statusCode() == 503) {
        assertThat(answer.headers().firstValue("retry-after")).hasValue("1");
        assertThat(answer.headers().firstValue("content-type"))
            .hasValue("application/problem+json");
      }
    }
    if (page.statusCode() == 200) {
      assertThat(json.readTree(page.body()).get("partitions")).hasSize(PARTITIONS);
    }
    if (backfill.statusCode() == 200) {
      assertThat(json.readTree(backfill.body()).get("rows").asLong())
          .isEqualTo(PARTITIONS / 2 * Samples.ROWS);
    }
  }

  private boolean copiesAreWarm() throws Exception {
    return LongStream.range(0, Cluster.QUEUES)
        .allMatch(q -> internal(one.port(), (int) q, true) == 200);
  }

  private List<Integer> workedOnBy(Reconciler reconciler) {
    return theirs(reconciler.port());
  }

  /** Queues that an instance answers for by itself, copies left aside. */
  private List<Integer> theirs(int port) {
    return LongStream.range(0, Cluster.QUEUES)
        .mapToObj(q -> (int) q)
        .filter(q -> internal(port, q, false) == 200)
        .toList();
  }

  private int internal(int port, int queue, boolean copies) {
    try {
      return cluster
          .request(
              port,
              "GET",
              "/internal/v1/ledger/default?backfill="
                  + ID
                  + "&queues="
                  + queue
                  + "&copies="
                  + copies)
          .statusCode();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static Plan sealing(Path manifest) {
    return Plan.newBuilder(plan(ID, Cluster.QUEUES, PARTITIONS, true))
        .setSpec(
            """
            apiVersion: tidemark/v1
            name: shared
            source:
              recording: {path: "%1$s"}
            sink:
              recording: {path: "%1$s"}
            """
                .formatted(manifest))
        .build();
  }

  private String state(int port) throws Exception {
    return cluster.get(port, "/api/v1/backfills/" + ID).get("state").asText();
  }

  private long rows(int port) throws Exception {
    return cluster.get(port, "/api/v1/backfills/" + ID).get("rows").asLong();
  }

  private List<String> partitions(int port) throws Exception {
    List<String> ids = new ArrayList<>();
    cluster
        .get(port, "/api/v1/backfills/" + ID + "/partitions?limit=1000")
        .get("partitions")
        .forEach(p -> ids.add(p.at("/descriptor/partition_id").asText()));
    return ids;
  }

  /** A reconciler in a process of its own. */
  private static final class Killable implements AutoCloseable {

    private final Process process;
    private final int port;

    private Killable(Map<String, String> settings) throws Exception {
      Map<String, String> all = new HashMap<>(settings);
      all.put("num.standby.replicas", "1");
      List<String> command =
          new ArrayList<>(
              List.of(
                  ProcessHandle.current().info().command().orElseThrow(),
                  "-Xmx256m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  ReconcilerProcess.class.getName()));
      all.forEach((name, value) -> command.add(name + "=" + value));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      port = readPort();
    }

    private int readPort() throws Exception {
      BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
      List<String> said = new ArrayList<>();
      String line = out.readLine();
      while (line != null && !line.startsWith("port ")) {
        said.add(line);
        line = out.readLine();
      }
      if (line == null) {
        throw new AssertionError(
            "the process ended with " + process.waitFor() + ": " + String.join("\n", said));
      }
      Thread.ofVirtual().start(() -> out.lines().forEach(l -> {}));
      return Integer.parseInt(line.substring("port ".length()));
    }

    private int port() {
      return port;
    }

    @Override
    public void close() {
      process.destroyForcibly().onExit().join();
    }
  }
}
