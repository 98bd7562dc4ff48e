package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.plan.KeyCuts.Boundary;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyCutsTest {

  @Test
  void shouldCutEvenlyWhenTheRangeIsThatOfAllLongs() {
    List<Long> ends = KeyCuts.even(Long.MIN_VALUE, Long.MAX_VALUE, 1_024);

    assertThat(ends).hasSize(1_024).isSorted().doesNotHaveDuplicates().endsWith(Long.MAX_VALUE);
    assertThat(ends.getFirst()).isEqualTo(Long.MIN_VALUE + (1L << 54) - 1);
    assertThat(ends.get(511)).isEqualTo(-1);
  }

  @Test
  void shouldCutIntoFewerWhenThereAreFewerKeysThanRanges() {
    assertThat(KeyCuts.even(7, 7, 10)).containsExactly(7L);
    assertThat(KeyCuts.even(7, 9, 10)).containsExactly(7L, 8L, 9L);
    assertThat(KeyCuts.even(Long.MIN_VALUE, Long.MIN_VALUE, 3)).containsExactly(Long.MIN_VALUE);
  }

  @Test
  void shouldTellDenseKeysFromOthersWhenProbed() {
    assertThat(KeyCuts.dense(1_000, 990, List.of(1.0, 0.99))).isTrue();
    assertThat(KeyCuts.dense(1_000, 500, List.of(1.0, 1.0))).isFalse();
    assertThat(KeyCuts.dense(1_000, 990, List.of(1.0, 0.0))).isFalse();
    assertThat(KeyCuts.dense(1_000, 990, List.of())).isFalse();
  }

  @Test
  void shouldForecastWhatOddAndEvenBlocksDisagreeOnWhenASampleIsCut() {
    // Half of each part: rows lie in the key's order. All or nothing: each part is one block.
    assertThat(KeyCuts.forecast(parts(100, 200, 100, 100), 100)).isEqualTo(1);
    assertThat(KeyCuts.forecast(parts(100, 200, 90, 110), 100)).isEqualTo(1.1);
    assertThat(KeyCuts.forecast(parts(100, 200, 0, 200), 100)).isEqualTo(2);
    assertThat(KeyCuts.forecast(List.of(), 100)).isInfinite();
  }

  @Test
  void shouldForecastInPartsOfTheMeanWhenAPartIsSmallAndInItsOwnWhenItIsOneLargeKey() {
    List<Boundary> cuts =
        List.of(
            new Boundary(List.of("a"), 1, 1),
            new Boundary(List.of("b"), 901, 461),
            new Boundary(List.of("c"), 1_000, 510));

    // The mean is 100: of "a" 1 of 100, of "b" 20 of 900, of "c" 1 of 100.
    assertThat(KeyCuts.forecast(cuts, 10)).isEqualTo(1 + 20 / 900.0);
  }

  private static List<Boundary> parts(int count, int rows, int even, int odd) {
    List<Boundary> cuts = new ArrayList<>();
    long odds = 0;
    for (int i = 1; i <= count; i++) {
      odds += i % 2 == 0 ? even : odd;
      cuts.add(new Boundary(List.of("" + i), (long) i * rows, odds));
    }
    return cuts;
  }
}
