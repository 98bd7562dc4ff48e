package io.tidemark.worker.status;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tidemark.worker.flow.LaneMetrics;
import io.tidemark.worker.flow.OvertakenLog;
import io.tidemark.worker.flow.Prober;
import io.tidemark.worker.flow.Routes;
import java.time.Clock;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What heartbeats tell of a worker's speed. */
final class VitalsTest {

  private final MeterRegistry registry = new SimpleMeterRegistry();
  private final Routes routes = new Routes(Clock.systemUTC());
  private final Prober prober = new Prober("w", routes);
  private final Vitals vitals =
      new Vitals(
          "w",
          "default",
          4,
          new LaneMetrics(registry, 4),
          new OvertakenLog(registry),
          prober,
          1_000_000);
  private long now = 1_000_000;

  @AfterEach
  void close() {
    prober.close();
    routes.close();
    registry.close();
  }

  private double rate(long rows, List<Integer> queues) {
    registry.get("tidemark.worker.rows").counter().increment((double) rows);
    now += 500;
    return vitals.beat(queues, List.of(), List.of(), now).getRowsPerS();
  }

  /** Moves rows for 5 s; what the last heartbeat says. */
  private double moves() {
    double last = 0;
    for (int i = 0; i < 10; i++) {
      last = rate(500, List.of(0));
    }
    return last;
  }

  @Test
  void shouldTellTheRateOfTheLastSecondsWhileRowsMove() {
    assertThat(moves()).isEqualTo(1_000);
  }

  @Test
  void shouldFallToZeroWhenItHasNothingToDo() {
    assertThat(moves()).isPositive();
    double last = 1;
    for (int i = 0; i < 8; i++) { // within two spans of 2 s
      last = rate(0, List.of(0));
    }

    assertThat(last).isZero();
  }

  @Test
  void shouldLeaveNoRateBehindWhenItLeaves() {
    assertThat(moves()).isPositive();

    assertThat(rate(500, List.of())).isZero();
  }
}
