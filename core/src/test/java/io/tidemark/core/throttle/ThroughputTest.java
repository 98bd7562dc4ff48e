package io.tidemark.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a backfill usually moves. */
class ThroughputTest {

  private static final double UNKNOWN = 123;
  private static final Percentage CLOSE = Percentage.withPercentage(10);

  private long now = TimeUnit.HOURS.toNanos(5);
  private Throughput throughput = Throughput.from(now);

  /** Chunks one after the other. */
  private void chunks(int count, long rows, long tookMs, long waitMs) {
    for (int i = 0; i < count; i++) {
      now += TimeUnit.MILLISECONDS.toNanos(waitMs + tookMs);
      throughput = throughput.plus(rows, TimeUnit.MILLISECONDS.toNanos(tookMs), now);
    }
  }

  private void idle(long seconds) {
    now += TimeUnit.SECONDS.toNanos(seconds);
  }

  @Test
  void shouldNotKnowBeforeAnythingMoved() {
    idle(60);

    assertThat(throughput.orElse(UNKNOWN)).isEqualTo(UNKNOWN);
  }

  @Test
  void shouldTellTheRateOfOneLane() {
    chunks(20, 500, 500, 0);

    assertThat(throughput.orElse(UNKNOWN)).isCloseTo(1_000, CLOSE);
  }

  @Test
  void shouldAddUpLanesThatOverlap() {
    for (int i = 0; i < 40; i++) { // two lanes, each a chunk of 500 rows a second
      now += TimeUnit.MILLISECONDS.toNanos(500);
      throughput = throughput.plus(500, TimeUnit.SECONDS.toNanos(1), now);
    }

    assertThat(throughput.orElse(UNKNOWN)).isCloseTo(1_000, CLOSE);
  }

  @Test
  void shouldCountTheWaitsThatALimitMakes() {
    chunks(40, 500, 20, 480);

    assertThat(throughput.orElse(UNKNOWN)).as("not 25,000").isCloseTo(1_000, CLOSE);
  }

  @ParameterizedTest(name = "of {0} s")
  @ValueSource(longs = {2, 30, 3_600, 86_400})
  void shouldNotTakeAPauseForSlowness(long seconds) {
    chunks(20, 500, 500, 0);
    for (int pause = 0; pause < 5; pause++) {
      idle(seconds);
      chunks(13, 500, 500, 0);
    }

    assertThat(throughput.orElse(UNKNOWN)).isCloseTo(1_000, CLOSE);
  }

  @ParameterizedTest(name = "of {0} s")
  @ValueSource(longs = {2, 3_600})
  void shouldNotTakeTheTimeBeforeTheFirstChunkForSlowness(long seconds) {
    idle(seconds);
    chunks(3, 1_000, 1_000, 0);

    assertThat(throughput.orElse(UNKNOWN)).isCloseTo(1_000, CLOSE);
  }

  @Test
  void shouldCountASlowChunkInFull() {
    chunks(3, 100, 10_000, 0);

    assertThat(throughput.orElse(UNKNOWN)).isCloseTo(10, CLOSE);
  }

  @Test
  void shouldNotBelieveInARateOfAMoment() {
    chunks(1, 100, 1, 0);

    assertThat(throughput.orElse(UNKNOWN)).as("not 100,000").isEqualTo(100);
  }
}
