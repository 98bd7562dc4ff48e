package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Whether skewed runs end when it was said that they would. Takes minutes: {@code mvn -B -pl cli
 * -am verify -Pchaos -Dtest=EtaTest}.
 */
@Tag("soak")
class EtaTest {

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final int RUNS = 10;
  private static final int ROWS = 200_000;
  private static final List<Integer> SHARES = List.of(25, 50, 75);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

  /** What was said, and when. */
  private record Said(long at, long lowMs, long highMs) {}

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
  void shouldEndWithinTheIntervalThatWasSaid() throws Exception {
    postgres.run(
        "CREATE TABLE src.skewed (part int, id bigint, name text, PRIMARY KEY (part, id))",
        // Part p has rows in proportion to 1/p: the first has a quarter of all.
        """
        INSERT INTO src.skewed
        SELECT p, i, 'row ' || i FROM generate_series(1, 24) p,
          LATERAL generate_series(1, (%d / p / 3.776)::int) i
        """
            .formatted(ROWS),
        "ANALYZE src.skewed",
        "CREATE TABLE dst.skewed (LIKE src.skewed INCLUDING INDEXES)");
    postgres.slow("dst.skewed", 0.5);
    long rows = postgres.rows("src.skewed");
    Map<Integer, Integer> held = new HashMap<>();
    try (Api api = new Api(fleet.reconciler())) {
      fleet.worker("e-1");
      for (int run = 1; run <= RUNS; run++) {
        postgres.run("TRUNCATE dst.skewed");
        String backfill = plan("eta-" + run);
        Map<Integer, Said> said = follow(api, backfill, rows);
        long ended = System.currentTimeMillis();
        for (int share : SHARES) {
          Said s = said.get(share);
          long took = ended - s.at();
          boolean right = s.lowMs() <= took && took <= s.highMs();
          held.merge(share, right ? 1 : 0, Integer::sum);
          System.out.printf(
              "run %d at %d %%: %.1f s to %.1f s was said, it took %.1f s%s%n",
              run,
              share,
              s.lowMs() / 1000.0,
              s.highMs() / 1000.0,
              took / 1000.0,
              right ? "" : "  <<<");
        }
      }
    }
    System.out.println("intervals that held, of " + RUNS + ", by percent of rows: " + held);
    assertThat(held.values()).allMatch(n -> n >= RUNS * 8 / 10);
  }

  private static String plan(String name) {
    String spec =
        postgres.copySpec(
            name,
            "src.skewed",
            "dst.skewed",
            "partition: {list: {column: part}}",
            "chunk: {rows: 2000}");
    return fleet.plan(fleet.write(name + ".yaml", spec)).path("backfill").asText();
  }

  /** Follows a backfill to its end; what was said when it first had so many percent of its rows. */
  private static Map<Integer, Said> follow(Api api, String backfill, long rows) {
    Map<Integer, Said> said = new HashMap<>();
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              JsonNode p = api.get("backfills/" + backfill).body();
              long now = System.currentTimeMillis();
              for (int share : SHARES) {
                if (p.path("rows").asLong() >= rows * share / 100 && p.hasNonNull("eta_low_ms")) {
                  said.putIfAbsent(
                      share,
                      new Said(now, p.path("eta_low_ms").asLong(), p.path("eta_high_ms").asLong()));
                }
              }
              return p.path("state").asText().equals("COMPLETED");
            });
    assertThat(said).containsOnlyKeys(SHARES.toArray(Integer[]::new));
    return said;
  }
}
