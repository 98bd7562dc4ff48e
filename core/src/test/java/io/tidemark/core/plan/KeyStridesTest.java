package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.plan.KeyCuts.Boundary;
import io.tidemark.core.plan.KeyStrides.Index;
import io.tidemark.core.plan.KeyStrides.Look;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class KeyStridesTest {

  private static final int ROWS = 20_000;

  private final List<Long> sizes = new ArrayList<>();
  private int looks;
  private int walked;

  private Index<RuntimeException> index(long[] keys) {
    return lower -> {
      looks++;
      int from = lower.isEmpty() ? 0 : behind(keys, lower.getAsLong());
      int to = Math.min(keys.length, from + KeyStrides.KEYS);
      return from == to
          ? Optional.empty()
          : Optional.of(new Look(keys[from], keys[to - 1], to - from));
    };
  }

  private static int behind(long[] keys, long lower) {
    int at = Arrays.binarySearch(keys, lower);
    return at < 0 ? -at - 1 : at + 1;
  }

  // As a splitter does; the last one is left out.
  private void cut(long[] keys) {
    int lower = 0;
    OptionalLong key = OptionalLong.empty();
    while (keys.length - lower > ROWS) {
      Optional<Boundary> next = KeyStrides.next(index(keys), key, keys[keys.length - 1], ROWS);
      boolean good = next.isPresent() && KeyCuts.forecast(List.of(next.get()), 1) <= KeyCuts.MOST;
      walked += good ? 0 : 1;
      key =
          OptionalLong.of(
              good ? Long.parseLong(next.get().key().getFirst()) : keys[lower + ROWS - 1]);
      int upper = behind(keys, key.getAsLong());
      sizes.add((long) upper - lower);
      lower = upper;
    }
  }

  private static long[] keys(long from, long to, LongPredicate exists) {
    return LongStream.range(from, to).filter(exists).toArray();
  }

  private double largestOverMean() {
    return sizes.stream().mapToLong(n -> n).max().orElseThrow()
        / sizes.stream().mapToLong(n -> n).average().orElseThrow();
  }

  @Test
  void shouldCutADenseKeyExactlyWithFewLooks() {
    cut(keys(-500_000, 1_500_000, k -> true));

    assertThat(sizes).allMatch(n -> Math.abs(n - ROWS) <= 1);
    assertThat(looks).isLessThanOrEqualTo(20 * sizes.size());
    assertThat(walked).isLessThanOrEqualTo(4);
  }

  @Test
  void shouldCutAKeyWithGapsOfAllSizes() {
    Random random = new Random(1);
    cut(
        keys(
            1,
            6_000_000,
            k ->
                (k < 1_000_000 || k > 2_700_000)
                    && k % 100_000 < 93_000
                    && (k < 4_000_000 || random.nextInt(10) < 7)));

    assertThat(largestOverMean()).isLessThanOrEqualTo(KeyCuts.MOST);
    assertThat(walked).isLessThan(sizes.size() / 10);
    assertThat(looks).isLessThanOrEqualTo(40 * sizes.size());
  }

  @Test
  void shouldCutAKeyThatGoesUpByTens() {
    cut(keys(0, 20_000_000, k -> k % 10 == 3));

    assertThat(largestOverMean()).isLessThanOrEqualTo(KeyCuts.MOST);
    assertThat(walked).isLessThanOrEqualTo(4);
  }

  @Test
  void shouldLeaveToAWalkWhatIsTooSparse() {
    cut(LongStream.range(0, 200_000).map(k -> k * 1_000_003).toArray());

    assertThat(walked).isEqualTo(sizes.size()).isEqualTo(9);
  }

  @Test
  void shouldFindIslandsWithinEmptySpaceWithoutLookingAtIt() {
    cut(
        LongStream.concat(
                LongStream.concat(
                    LongStream.of(Long.MIN_VALUE), LongStream.range(-300_000, 300_000)),
                LongStream.range(Long.MAX_VALUE - 400_000, Long.MAX_VALUE))
            .toArray());

    assertThat(largestOverMean()).isLessThanOrEqualTo(KeyCuts.MOST);
    assertThat(looks).isLessThanOrEqualTo(30 * sizes.size());
  }

  @Test
  void shouldTellThatHalvesDisagreeWhereKeysComeInBursts() {
    // Bursts of 300 keys, each as far from the next as the looks are from each other.
    long stretch = ROWS / 8;
    long[] keys = keys(0, 4_000_000, k -> k % stretch < 300);
    Optional<Boundary> next =
        KeyStrides.next(index(keys), OptionalLong.empty(), keys[keys.length - 1], ROWS);

    assertThat(KeyCuts.forecast(List.of(next.orElseThrow()), 1)).isGreaterThan(KeyCuts.MOST);
  }
}
