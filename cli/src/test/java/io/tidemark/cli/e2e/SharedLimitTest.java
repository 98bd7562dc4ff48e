package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A limit that a fleet of processes shares. */
class SharedLimitTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    fleet.broker();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldHoldALimitOverAFleetAndTwoBackfillsOfOneDatabase() throws Exception {
    int limit = 4_000;
    String source = postgres.url().replaceFirst("^jdbc:", "").replaceFirst("[?;].*$", "");
    Proc reconciler = fleet.reconciler("limits", "source.rows.per.second=" + source + "=" + limit);
    for (int w = 1; w <= 4; w++) {
      fleet.worker("l-" + w);
    }
    Map<String, String> backfills = new TreeMap<>();
    for (String name : List.of("l1", "l2")) {
      postgres.fill("src." + name, 400_000);
      postgres.run("CREATE TABLE dst." + name + " (LIKE src." + name + " INCLUDING INDEXES)");
      String spec =
          postgres.copySpec(name, "src." + name, "dst." + name, "partition: {key: {rows: 20000}}");
      backfills.put(name, fleet.plan(fleet.write(name + ".yaml", spec)).path("backfill").asText());
    }
    String both = "SELECT (SELECT count(*) FROM dst.l1) + (SELECT count(*) FROM dst.l2)";
    await()
        .atMost(PATIENCE)
        .until(() -> postgres.rows("dst.l1") > 0 && postgres.rows("dst.l2") > 0);
    Fleet.pause(Duration.ofSeconds(10));

    long before = postgres.number(both);
    long from = System.nanoTime();
    Fleet.pause(Duration.ofSeconds(30));
    double perSecond = (postgres.number(both) - before) * 1e9 / (System.nanoTime() - from);

    System.out.printf(
        "4 workers, 2 backfills of one database, at most %d rows/s: %.0f rows/s over 30 s%n",
        limit, perSecond);
    try (Api api = new Api(reconciler)) {
      for (String backfill : backfills.values()) {
        api.command(backfill, "cancel", Map.of());
      }
    }
    assertThat(perSecond).isBetween(0.9 * limit, 1.1 * limit);
  }
}
