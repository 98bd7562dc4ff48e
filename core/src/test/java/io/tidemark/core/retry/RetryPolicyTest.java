package io.tidemark.core.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RetryPolicyTest {

  @ParameterizedTest
  @CsvSource({"0,100", "1,100", "2,200", "3,400", "4,800", "5,1000", "1000000,1000"})
  void shouldDrawBetweenOneAndTheBoundThatDoublesUpToTheMost(int failures, long bound) {
    RetryPolicy policy = new RetryPolicy(5, 100, 1_000, 0);
    SplittableRandom chance = new SplittableRandom(7);

    long[] delays =
        LongStream.generate(() -> policy.delayMs(failures, chance)).limit(20_000).toArray();

    assertThat(LongStream.of(delays).min()).hasValue(1);
    assertThat(LongStream.of(delays).max()).hasValue(bound);
  }

  @ParameterizedTest
  @CsvSource({"1,9223372036854775807", "9223372036854775807,9223372036854775807"})
  void shouldNotOverflowWhenTheBoundsAreHuge(long initialMs, long maxMs) {
    RetryPolicy policy = new RetryPolicy(1, initialMs, maxMs, 0);
    SplittableRandom chance = new SplittableRandom(7);

    for (int failures = 1; failures < 200; failures++) {
      assertThat(policy.delayMs(failures, chance)).isPositive();
    }
  }

  @ParameterizedTest
  @CsvSource({"0,1,1", "1,0,1", "1,2,1"})
  void shouldRefuseWhatMakesNoSense(int attempts, long initialMs, long maxMs) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RetryPolicy(attempts, initialMs, maxMs, 0));
  }

  @Test
  void shouldGiveTheSameDelaysForTheSameSeed() {
    RetryPolicy policy = new RetryPolicy(5, 100, 1_000, 0);

    assertThat(policy.delayMs(3, new SplittableRandom(1)))
        .isEqualTo(policy.delayMs(3, new SplittableRandom(1)));
  }
}
