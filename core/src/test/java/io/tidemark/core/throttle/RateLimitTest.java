package io.tidemark.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class RateLimitTest {

  private static final long SECOND = 1_000_000_000L;

  @Test
  void shouldNeverWaitWhenThereIsNoLimit() {
    RateLimit none = RateLimit.none(0).charged(1_000_000, Double.POSITIVE_INFINITY, 5);

    assertThat(none.waitNanos(5)).isZero();
    assertThat(none.chunkRows(4)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void shouldWaitForEverWhenNothingMayMove() {
    assertThat(RateLimit.none(0).at(0, 0).waitNanos(SECOND)).isEqualTo(RateLimit.FOREVER);
    assertThat(RateLimit.none(0).at(0, 0).chunkRows(1)).isEqualTo(1);
  }

  @Test
  void shouldStartAtOnceAndWaitUntilRowsArePaidFor() {
    RateLimit limit = RateLimit.none(0).at(1_000, 0);
    assertThat(limit.waitNanos(0)).isZero();

    RateLimit charged = limit.charged(500, 1_000, 0);

    assertThat(charged.waitNanos(0)).isEqualTo(SECOND / 2);
    assertThat(charged.waitNanos(SECOND / 2)).isZero();
  }

  @Test
  void shouldMakeUpForNoMoreThanAMoment() {
    RateLimit limit = RateLimit.none(0).at(1_000, 0).charged(250, 1_000, 100 * SECOND);

    assertThat(limit.waitNanos(100 * SECOND)).isZero();
    assertThat(limit.charged(100, 1_000, 100 * SECOND).waitNanos(100 * SECOND))
        .isEqualTo(SECOND / 10);
  }

  /** A chunk that began when more was allowed is not held against the new rate. */
  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # from rows/s, debt in ms, to rows/s, waits ms
          1000,  500, 2000,  250
          1000,  500,  800,  625
          1000,  500,    1, 1000
          1000, 3000,    1, 3000
          1000,  500, Infinity, 0
             1,  900, 1000,    0
          """)
  void shouldTakeEffectAtOnceWhenTheRateChanges(double from, long debtMs, double to, long waitsMs) {
    RateLimit limit = new RateLimit(from, debtMs * 1_000_000).at(to, 0);

    assertThat((double) limit.waitNanos(0)).isCloseTo(waitsMs * 1e6, within(1e6));
  }

  @Test
  void shouldChargeAtTheRateOfTheStartWhenItChangedMeanwhile() {
    RateLimit limit = RateLimit.none(0).at(10, 0);

    assertThat(limit.charged(500, 1_000, 0).waitNanos(0)).isEqualTo(SECOND / 4 + SECOND / 4);
    assertThat(limit.charged(500, Double.POSITIVE_INFINITY, 0).waitNanos(0)).isZero();
  }

  @ParameterizedTest
  @CsvSource({"1000, 1, 500", "1000, 5, 100", "1, 1, 1", "0.5, 3, 1", "1e12, 1, 2147483647"})
  void shouldKeepTheChunksOfAllLanesToHalfASecond(double rate, int lanes, int rows) {
    assertThat(RateLimit.none(0).at(rate, 0).chunkRows(lanes)).isEqualTo(rows);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, Double.NaN, Double.NEGATIVE_INFINITY})
  void shouldRefuseWhatIsNoRate(double rate) {
    assertThatIllegalArgumentException().isThrownBy(() -> new RateLimit(rate, 0));
  }

  /**
   * Lanes that take any time for a chunk, and a rate that others change, keep the limit to within 5
   * % of what was allowed, whatever happens; unless they cannot move that fast.
   */
  @RepeatedTest(50)
  void shouldKeepTheRateWhenLanesShareIt(RepetitionInfo repetition) {
    SplittableRandom chance = new SplittableRandom(repetition.getCurrentRepetition());
    int lanes = chance.nextInt(1, 9);
    double rate = chance.nextDouble(50, 50_000);
    List<SimulatedLane> all = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      all.add(new SimulatedLane(chance.split()));
    }
    RateLimit limit = RateLimit.none(0).at(rate, 0);
    double allowed = 0;
    long moved = 0;
    long step = SECOND / 1_000;
    for (long now = 0; now < 30 * SECOND; now += step) {
      if (chance.nextInt(2_000) == 0) {
        // Shares move a little whenever the coordinator looks again.
        rate *= chance.nextDouble(0.8, 1.25);
        limit = limit.at(rate, now);
      }
      allowed += limit.rowsPerS() * step / SECOND;
      for (SimulatedLane lane : all) {
        if (lane.busy && now >= lane.until) {
          lane.busy = false;
          moved += lane.rows;
          limit = limit.charged(lane.rows, lane.rate, now);
        }
        if (!lane.busy && limit.waitNanos(now) == 0) {
          lane.start(limit, lanes, now);
        }
      }
    }

    assertThat((double) moved)
        .as("%d lanes, %.0f rows/s", lanes, rate)
        .isCloseTo(allowed, Percentage.withPercentage(5));
  }

  /** Takes 5 to 100 ms for a chunk, which may hold more rows than asked for. */
  private static final class SimulatedLane {
    private final SplittableRandom chance;
    private boolean busy;
    private long until;
    private long rows;
    private double rate;

    SimulatedLane(SplittableRandom chance) {
      this.chance = chance;
    }

    void start(RateLimit limit, int lanes, long now) {
      busy = true;
      rate = limit.rowsPerS();
      rows = limit.chunkRows(lanes) + chance.nextLong(0, 3);
      until = now + chance.nextLong(5, 100) * 1_000_000;
    }
  }
}
