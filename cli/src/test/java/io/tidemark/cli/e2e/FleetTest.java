package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Worker processes that are killed and stopped, and a broker that is killed, in mid-run. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FleetTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final Duration BEYOND_SESSION = Duration.ofSeconds(8);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Proc broker;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    broker = fleet.broker();
    fleet.reconciler();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  @Order(1)
  void shouldCopyExactlyOnceWhenOneWorkerIsKilledAndOneIsStopped() throws Exception {
    int rows = 300_000;
    postgres.fill("src.a", rows);
    postgres.run("CREATE TABLE dst.a (LIKE src.a INCLUDING INDEXES)");
    postgres.slow("dst.a", 0.4);
    Proc stopped = fleet.worker("w-stopped");
    Proc killed = fleet.worker("w-killed");
    Proc steady = fleet.worker("w-steady");
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "a.yaml",
                    postgres.copySpec(
                        "a",
                        "src.a",
                        "dst.a",
                        "partition: {key: {rows: 10000}}",
                        "chunk: {rows: 2000}")))
            .path("backfill")
            .asText();
    // Both have written.
    postgres.awaitNumber(held("w-stopped"), 1, PATIENCE);
    postgres.awaitNumber(held("w-killed"), 1, PATIENCE);

    Fleet.pause(fleet.moment(200, 2_500));
    stopInMidChunk(stopped);
    long stoppedAt = System.nanoTime();
    Fleet.pause(fleet.moment(0, 1_500));
    // SIGKILL reaches a stopped process as well, and this one is known to hold something.
    stopInMidChunk(killed);
    killed.kill9();
    assertThat(postgres.number(inHand("w-killed"))).as("partitions of the killed").isPositive();
    Fleet.pause(BEYOND_SESSION);
    // Its partitions wait for a free lane of the one worker that is left.
    await().atMost(PATIENCE).until(() -> postgres.number(inHand("w-stopped")) == 0);
    report("takeover of all that the stopped one held", stoppedAt);
    stopped.signal("CONT");

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertExact(backfill, end, rows, "src.a", "dst.a");
    assertThat(steady.alive()).isTrue();
    assertThat(stopped.alive()).as(stopped::transcript).isTrue();
    assertRefusedAtTheSink(stopped);
    assertRefusedInKafka(stopped, "w-killed");
  }

  /** The successor has ended the session of its chunk, or raised the fence before its next one. */
  private static void assertRefusedAtTheSink(Proc woken) {
    List<String> refusals =
        woken
            .err()
            .lines()
            .filter(l -> l.contains("partition a-") && l.matches(".*\\b(57P01|FENCED)\\b.*"))
            .toList();
    assertThat(refusals).as("refused at the sink: %s", woken.transcript()).isNotEmpty();
    refusals.forEach(l -> System.out.println("woken: " + l));
  }

  private static void assertRefusedInKafka(Proc woken, String killed) throws Exception {
    assertThat(woken.err()).as("the group went on without it").contains("lost queues");
    CheckpointLog log = fleet.checkpoints();
    assertThat(log.takeoversFrom(woken.name())).isNotEmpty();
    assertThat(log.takeoversFrom(killed)).isNotEmpty();
    log.assertOldFencesAreSilent();
    System.out.printf(
        "claimed anew: %d partitions of %s, %d of %s%n",
        log.takeoversFrom(woken.name()).size(),
        woken.name(),
        log.takeoversFrom(killed).size(),
        killed);
  }

  /** Stops a worker while a chunk of its is open at the sink, written in part and not committed. */
  private static void stopInMidChunk(Proc worker) {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              worker.signal("STOP");
              if (postgres.number(openChunks(worker.name())) > 0) {
                return true;
              }
              worker.signal("CONT");
              return false;
            });
  }

  @Test
  @Order(2)
  void shouldFinishWhenTheBrokerIsKilledAndStartedAgain() throws SQLException {
    int rows = 200_000;
    postgres.fill("src.b", rows);
    postgres.run("CREATE TABLE dst.b (LIKE src.b INCLUDING INDEXES)");
    postgres.slow("dst.b", 0.2);
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "b.yaml",
                    postgres.copySpec(
                        "b",
                        "src.b",
                        "dst.b",
                        "partition: {key: {rows: 10000}}",
                        "chunk: {rows: 2000}")))
            .path("backfill")
            .asText();
    await().atMost(PATIENCE).until(() -> postgres.rows("dst.b") > 0);

    Fleet.pause(fleet.moment(100, 2_500));
    broker.kill9();
    Fleet.pause(fleet.moment(0, 2_000));
    broker = fleet.broker();

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertExact(backfill, end, rows, "src.b", "dst.b");
  }

  /** Partitions that a worker has claimed at the sink, nobody after it, and not completed. */
  private static String inHand(String worker) {
    return "SELECT count(*) FROM dst.tidemark_progress WHERE NOT complete AND worker = '"
        + worker
        + "'";
  }

  private static String openChunks(String worker) {
    return """
        SELECT count(*) FROM dst.tidemark_progress p
        JOIN pg_stat_activity a ON a.pid = p.backend_pid AND a.backend_start = p.backend_start
        WHERE NOT p.complete AND p.rows > 0 AND p.worker = '%s'
          AND a.state <> 'idle' AND a.query LIKE 'COPY%%'
        """
        .formatted(worker);
  }

  private static String held(String worker) {
    return "SELECT count(*) FROM dst.tidemark_progress WHERE NOT complete AND rows > 0 AND worker = '"
        + worker
        + "'";
  }

  private static void assertExact(
      String backfill, JsonNode end, long rows, String source, String sink) throws SQLException {
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(rows);
    assertThat(postgres.rows(sink)).isEqualTo(rows);
    assertThat(postgres.difference(source, sink)).isZero();
    assertThat(
            postgres.number(
                "SELECT sum(rows) FROM dst.tidemark_progress WHERE complete AND backfill = '"
                    + backfill
                    + "'"))
        .isEqualTo(rows);
    JsonNode status =
        Fleet.json(
            fleet.onKafka("status", "status", backfill, "--output", "json").expect(0, Fleet.SHORT));
    assertThat(status.path("covered").asBoolean()).isTrue();
    System.out.println("end: " + status);
  }

  private static void report(String what, long since) {
    System.out.printf("%s: %.1f s%n", what, (System.nanoTime() - since) / 1e9);
  }
}
