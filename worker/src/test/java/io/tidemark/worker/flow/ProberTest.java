package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** For how long the probes of a backfill are asked, and known. */
final class ProberTest {

  private static final String BACKFILL = "copy-1a2b3c4d";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path dir;

  private Spec spec;
  private String schema;

  @BeforeEach
  void spec() throws Exception {
    Files.writeString(dir.resolve("in.csv"), "a,b\n1,2\n");
    String text =
        """
        apiVersion: tidemark/v1
        name: copy
        source: {file: {path: '%s', format: csv}}
        sink: {file: {path: '%s', format: csv}}
        probes: [{chunkLatency: 1s}]
        """
            .formatted(dir.resolve("in.csv"), dir.resolve("out"));
    spec = Specs.parser().parse(text, "s.yaml");
    schema = Route.look(spec).schema().toString();
  }

  @Test
  void shouldAskWhileALaneRunsTheBackfillAndAgainWhenOneDoes() {
    try (Routes routes = new Routes(Clock.systemUTC());
        Prober prober = new Prober("w", routes)) {
      routes.know(BACKFILL, spec, schema, 1);
      prober.know(BACKFILL, spec.operation().probes(), 1);
      for (int i = 0; i < 2; i++) {
        assertThat(prober.pressures()).isEmpty();
        routes.throttle(BACKFILL).lanes(1);
        await().atMost(PATIENCE).until(() -> !prober.pressures().isEmpty());
        routes.throttle(BACKFILL).lanes(-1);
        await().atMost(PATIENCE).until(() -> prober.pressures().isEmpty());
      }
    }
  }

  @Test
  void shouldForgetTheProbesOfAnArchivedBackfillAndAskThoseOfTheNextPlan() {
    try (Routes routes = new Routes(Clock.systemUTC());
        Prober prober = new Prober("w", routes)) {
      routes.know(BACKFILL, spec, schema, 1);
      prober.know(BACKFILL, spec.operation().probes(), 1);
      routes.throttle(BACKFILL).lanes(1);
      await().atMost(PATIENCE).until(() -> !prober.pressures().isEmpty());

      prober.forget(BACKFILL, 5);
      routes.forget(BACKFILL, 5);
      assertThat(prober.pressures()).isEmpty();

      routes.know(BACKFILL, spec, schema, 6);
      prober.know(BACKFILL, spec.operation().probes(), 6);
      routes.throttle(BACKFILL).lanes(1);
      await().atMost(PATIENCE).until(() -> !prober.pressures().isEmpty());
      // Read late, and about what was there before.
      prober.forget(BACKFILL, 5);
      assertThat(prober.pressures()).extracting(Pressure::getBackfillId).containsOnly(BACKFILL);
    }
  }
}
