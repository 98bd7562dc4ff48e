package io.tidemark.cli.generated;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidemark.cli.ProgressFeed;
import io.tidemark.connectors.Specs;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.planner.app.Planner;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.worker.app.Worker;
import io.tidemark.worker.app.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Partitions of one row each, through every real part but a database. {@code
 * -Dtidemark.partitions=1000000} runs a million.
 */
class TinyPartitionsTest {

  private static final long PARTITIONS = Long.getLong("tidemark.partitions", 20_000);
  private static final Duration LIMIT = Duration.ofMinutes(20);

  @TempDir private Path folder;

  @Test
  void shouldPlanAndFinishManyTinyPartitionsInABoundedHeap() throws Exception {
    Spec spec =
        Specs.parser()
            .parse(
                """
                apiVersion: tidemark/v1
                name: tiny
                source: {generated: {rows: %d}}
                sink: {generated: {}}
                """
                    .formatted(PARTITIONS),
                "tiny.yaml");
    Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
    try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0, Map.of())) {
      ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
      Map<String, String> settings =
          Map.of("state.dir", folder.resolve("state").toString(), "queues", "16", "http.port", "0");
      try (Reconciler reconciler = Reconciler.start(ReconcilerConfig.of(settings, kafka));
          Worker worker =
              Worker.start(
                  WorkerConfig.of(Map.of(WorkerConfig.LANES, "4")),
                  kafka,
                  new SimpleMeterRegistry());
          ProgressFeed feed = ProgressFeed.open(kafka, topics)) {
        long began = System.nanoTime();
        String id = Planner.plan(spec, kafka, topics, 16).plan().getBackfillId();
        long planned = System.nanoTime();

        await()
            .atMost(LIMIT)
            .pollInterval(Duration.ofMillis(100))
            .failFast("a part of it ended", () -> !worker.running())
            .until(() -> feed.of(id).filter(ProgressFeed::ended).isPresent());

        long ended = System.nanoTime();
        System.out.printf(
            "%,d partitions: planned in %.1f s, ended after %.1f s, %,.0f partitions/s%n",
            PARTITIONS,
            (planned - began) / 1e9,
            (ended - began) / 1e9,
            PARTITIONS / ((ended - began) / 1e9));
        Progress p = feed.of(id).orElseThrow();
        assertThat(p.getState()).isEqualTo(BackfillState.COMPLETED);
        assertThat(p.getCovered()).isTrue();
        assertThat(p.getCompleted()).isEqualTo(PARTITIONS);
        assertThat(p.getRows()).isEqualTo(PARTITIONS);
        assertThat(p.getDrift()).isZero();
        assertThat(reconciler.failure()).isEmpty();
      }
    }
  }
}
