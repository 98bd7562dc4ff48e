package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Two reconcilers, one killed, and a pause that outlives everything. */
class OperationsTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  /** From a directive to the last chunk's end. */
  private static final Duration LAST_CHUNKS = Duration.ofSeconds(2);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Proc broker;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    broker = fleet.broker();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldLoseNoCommandAndKeepAPauseWhateverIsKilled() throws Exception {
    int rows = 200_000;
    postgres.fill("src.p", rows);
    postgres.run("CREATE TABLE dst.p (LIKE src.p INCLUDING INDEXES)");
    postgres.slow("dst.p", 0.7);
    Proc first = fleet.reconciler("first", "num.standby.replicas=1");
    Proc second = fleet.reconciler("second", "num.standby.replicas=1");
    List<Proc> workers = List.of(fleet.worker("p-1"), fleet.worker("p-2"));
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "p.yaml",
                    postgres.copySpec(
                        "p",
                        "src.p",
                        "dst.p",
                        "partition: {key: {rows: 10000}}",
                        "chunk: {rows: 2000}")))
            .path("backfill")
            .asText();
    postgres.awaitNumber("SELECT count(*) FROM dst.p", 1, PATIENCE);

    try (Api api = new Api(second)) {
      await().atMost(PATIENCE).until(() -> api.get("backfills/" + backfill).ok());
      awaitStandbys(api, backfill);
      first.kill9();
      // Sent while nobody may be there to hear it.
      Api.Answer asked = api.command(backfill, "pause", Map.of());
      assertThat(asked.status()).as(asked.toString()).isIn(200, 202);
      assertQueriesGoOn(api, backfill);
      await().atMost(PATIENCE).until(() -> state(api, backfill).equals("PAUSED"));
    }
    Fleet.pause(LAST_CHUNKS);
    long written = postgres.rows("dst.p");
    assertThat(written).as("it is in mid-run").isBetween(1L, rows - 1L);
    Fleet.pause(Duration.ofSeconds(3));
    assertThat(postgres.rows("dst.p")).as("no chunk started").isEqualTo(written);

    second.kill9();
    workers.forEach(Proc::kill9);
    broker.kill9();
    broker = fleet.broker();
    fleet.worker("p-1");
    fleet.worker("p-3");
    try (Api api = new Api(fleet.reconciler("second", "num.standby.replicas=1"))) {
      await().atMost(PATIENCE).until(() -> state(api, backfill).equals("PAUSED"));
      Fleet.pause(LAST_CHUNKS);
      assertThat(postgres.rows("dst.p")).as("still paused").isEqualTo(written);

      Api.Answer resumed = api.command(backfill, "resume", Map.of());
      assertThat(resumed.body().path("accepted").asBoolean()).as(resumed.toString()).isTrue();
      JsonNode end = fleet.waitFor(backfill, PATIENCE);
      assertThat(end.path("rows").asLong()).isEqualTo(rows);
      assertThat(postgres.difference("src.p", "dst.p")).isZero();
      assertThat(audit(api, backfill)).containsExactly("RESUME", "PAUSE");
    }
  }

  /** Until then there is nothing that could take over at once. */
  private static void awaitStandbys(Api api, String backfill) throws InterruptedException {
    await()
        .atMost(PATIENCE)
        .until(() -> api.get("backfills/" + backfill + "/partitions?limit=1000").ok());
    Fleet.pause(Duration.ofSeconds(3));
  }

  /** Asks in short turns from the kill on, and tells for how long there was no answer. */
  private static void assertQueriesGoOn(Api api, String backfill) throws InterruptedException {
    long killed = System.nanoTime();
    long longest = 0;
    long lastAnswer = killed;
    int asked = 0;
    int refused = 0;
    Set<Integer> statuses = new TreeSet<>();
    while (System.nanoTime() - killed < TimeUnit.SECONDS.toNanos(15)) {
      Api.Answer progress = api.get("backfills/" + backfill);
      Api.Answer page = api.get("backfills/" + backfill + "/partitions?limit=1000");
      asked++;
      statuses.add(progress.status());
      statuses.add(page.status());
      long now = System.nanoTime();
      if (progress.ok() && page.ok()) {
        assertThat(page.body().path("partitions")).hasSize(20);
        longest = Math.max(longest, now - lastAnswer);
        lastAnswer = now;
      } else {
        refused++;
      }
      Fleet.pause(Duration.ofMillis(50));
    }
    System.out.printf(
        "one of two reconcilers killed: %d of %d looks were answered, the longest gap was %d ms, statuses %s%n",
        asked - refused, asked, longest / 1_000_000, statuses);
    assertThat(statuses)
        .as("an answer, or a clear one that there is none yet")
        .isSubsetOf(200, 503);
    assertThat(longest).isLessThan(TimeUnit.SECONDS.toNanos(15));
  }

  private static String state(Api api, String backfill) throws InterruptedException {
    return api.get("backfills/" + backfill).body().path("state").asText();
  }

  private static List<String> audit(Api api, String backfill) throws InterruptedException {
    return api.get("decisions?backfill=" + backfill)
        .body()
        .path("decisions")
        .findValuesAsText("type");
  }
}
