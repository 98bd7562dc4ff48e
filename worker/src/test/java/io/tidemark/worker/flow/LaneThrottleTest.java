package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.worker.Point;
import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.spec.Spec;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real lane between files, whose backfill has a share of nothing for now. */
final class LaneThrottleTest {

  private static final String BACKFILL = "copy-1a2b3c4d";

  private final BlockingQueue<WorkerEvent> told = new LinkedBlockingQueue<>();

  @TempDir private Path dir;

  @Test
  void shouldStartNoChunkWithoutAShareAndGoOnOrStopAtOnceWhenTold() throws Exception {
    Spec spec = spec();
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    try (Routes routes = new Routes(Clock.systemUTC());
        Route route = Route.open(spec)) {
      routes.know(BACKFILL, spec, route.source().shape().schema().toString(), 1);
      route.sink().prepare(route.source().shape());
      Task task = task(route);
      try (Lanes lanes =
          new Lanes(
              2,
              "w",
              routes,
              new LaneMetrics(registry, 2),
              new OvertakenLog(registry),
              Clock.systemUTC(),
              told::add)) {
        routes.throttle(BACKFILL).share(0);
        lanes.start(task);
        assertThat(next()).isInstanceOf(WorkerEvent.Opened.class);

        await().during(Duration.ofMillis(300)).until(told::isEmpty);
        lanes.stop(task.id());
        assertThat(next()).isEqualTo(new WorkerEvent.Stopped(task.id()));

        Task again = new Task(2, task.descriptor(), 8, Point.START);
        lanes.start(again);
        assertThat(next()).isInstanceOf(WorkerEvent.Opened.class);
        routes.throttle(BACKFILL).share(1_000_000);
        assertThat(next())
            .isInstanceOfSatisfying(
                WorkerEvent.ChunkDone.class,
                done -> assertThat(done.point().totals().rows()).isEqualTo(2));
      }
    }
  }

  private WorkerEvent next() throws InterruptedException {
    WorkerEvent event = told.poll(30, TimeUnit.SECONDS);
    assertThat(event).isNotNull();
    return event;
  }

  private static Task task(Route route) throws Exception {
    List<PlannedSlice> slices = new ArrayList<>();
    route.source().split(Optional.empty(), slices::add);
    Descriptor descriptor =
        Descriptor.newBuilder()
            .setPartitionId(BACKFILL + "/000000")
            .setBackfillId(BACKFILL)
            .setOrdinal(0)
            .setQueue(0)
            .setSlice(slices.getFirst().slice().avro())
            .setRowsEstimated(2L)
            .setPlannedAt(0L)
            .build();
    return new Task(1, descriptor, 7, Point.START);
  }

  private Spec spec() throws Exception {
    Files.writeString(dir.resolve("in.csv"), "a,b\n1,2\n3,4\n");
    String text =
        """
        apiVersion: tidemark/v1
        name: copy
        source: {file: {path: '%s', format: csv}}
        sink: {file: {path: '%s', format: csv}}
        """
            .formatted(dir.resolve("in.csv"), dir.resolve("out"));
    return Specs.parser().parse(text, "s.yaml");
  }
}
