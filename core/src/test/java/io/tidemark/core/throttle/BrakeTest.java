package io.tidemark.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BrakeTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # before, value, limit, after
          1.0,     0, 100, 1.0
          1.0,    80, 100, 1.0
          1.0,    90, 100, 0.55
          1.0,   100, 100, 0.1
          1.0,   101, 100, 0.0
          0.5,   NaN, 100, 0.5
          0.0,   NaN, 100, 0.0
          0.0,    95, 100, 0.0
          0.0,    90, 100, 0.15
          0.0,    10, 100, 0.15
          0.15,   95, 100, 0.3
          0.15,   99, 100, 0.145
          0.9,    10, 100, 1.0
          1.0,     0,   0, 1.0
          1.0,   0.1,   0, 0.0
          0.0,     0,   0, 0.15
          0.4, 1e300, 100, 0.0
          """)
  void shouldBrakeAtOnceAndLetGoStepByStep(
      double before, double value, double limit, double after) {
    assertThat(new Brake(before).after(value, limit).factor()).isCloseTo(after, within(1e-9));
  }

  /** However a probe behaves: no more than a step up a look, and never a start beyond the limit. */
  @RepeatedTest(20)
  void shouldNeverJumpUpNorRunBeyondTheLimit(RepetitionInfo seed) {
    SplittableRandom chance = new SplittableRandom(seed.getCurrentRepetition());
    Brake brake = Brake.OFF;
    for (int look = 0; look < 1_000; look++) {
      double value = chance.nextInt(10) == 0 ? Double.NaN : chance.nextDouble(0, 150);
      Brake next = brake.after(value, 100);
      assertThat(next.factor()).isBetween(0.0, Math.min(1.0, brake.factor() + 0.15 + 1e-12));
      assertThat(next.holds()).isEqualTo(value > 100 || (brake.holds() && !(value <= 90)));
      brake = next;
    }
  }
}
