package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AllocatorTest {

  @Test
  void shouldGiveTheHeaviestFirstToTheEmptiest() {
    Allocator allocator = new Allocator(3);

    assertThat(allocator.assign(List.of(1L, 7L, 5L, 4L, 3L))).containsExactly(1, 0, 1, 2, 2);
    assertThat(allocator.imbalance()).isEqualTo(7 * 3 / 20.0);
  }

  @Test
  void shouldBreakTiesByNumberAndKeepTheOrderOfEquals() {
    assertThat(new Allocator(3).assign(List.of(5L, 5L, 5L, 5L))).containsExactly(0, 1, 2, 0);
  }

  @Test
  void shouldCountWhatHasNoEstimateAsOne() {
    Allocator allocator = new Allocator(2);

    assertThat(allocator.assign(List.of(0L, -3L, 0L, 0L))).containsExactly(0, 1, 1, 0);
    assertThat(allocator.imbalance()).isEqualTo(1);
  }

  @Test
  void shouldCarryLoadsFromBatchToBatch() {
    Allocator allocator = new Allocator(2);
    allocator.assign(List.of(10L));

    assertThat(allocator.assign(List.of(4L, 4L))).containsExactly(1, 1);
  }

  @Test
  void shouldBePerfectWhileEmpty() {
    assertThat(new Allocator(4).imbalance()).isEqualTo(1);
    assertThat(new Allocator(4).assign(List.of())).isEmpty();
  }

  @Test
  void shouldNotMissQueuesForWhichThereIsNoPartition() {
    Allocator allocator = new Allocator(64);
    allocator.assign(List.of(250_000L, 250_000L));
    allocator.dealt(2, 100_000);

    assertThat(allocator.imbalance()).isEqualTo(250 / 200.0);
  }

  @Test
  void shouldRefuseATopicWithoutQueues() {
    assertThatIllegalArgumentException().isThrownBy(() -> new Allocator(0));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void shouldStayWithinGrahamsBoundAndBeDeterministic(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    for (int round = 0; round < 100; round++) {
      int queues = random.nextInt(1, 70);
      List<Long> weights =
          random
              .longs(random.nextInt(1, 500))
              .map(w -> 1 + (w >>> random.nextInt(40, 63)))
              .boxed()
              .toList();

      Allocator allocator = new Allocator(queues);
      int[] first = allocator.assign(weights);

      assertThat(new Allocator(queues).assign(weights)).isEqualTo(first);
      long[] loads = loads(queues, weights, first);
      long fullest = IntStream.range(0, queues).mapToLong(q -> loads[q]).max().orElseThrow();
      long sum = weights.stream().mapToLong(w -> w).sum();
      long heaviest = weights.stream().mapToLong(w -> w).max().orElseThrow();
      // What the last one put on the fullest queue found there was at most the mean.
      assertThat((double) fullest).isLessThanOrEqualTo(sum / (double) queues + heaviest);
      assertThat(allocator.imbalance())
          .isEqualTo(fullest * Math.min(queues, weights.size()) / (double) sum);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldGoOnAsIfNeverInterruptedWhenToldWhatWasDealt(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Long> before = random.longs(50, 1, 1_000).boxed().toList();
    List<Long> after = random.longs(50, 1, 1_000).boxed().toList();
    Allocator whole = new Allocator(7);
    int[] dealt = whole.assign(before);

    Allocator resumed = new Allocator(7);
    for (int i = 0; i < dealt.length; i++) {
      resumed.dealt(dealt[i], before.get(i));
    }

    assertThat(resumed.assign(after)).isEqualTo(whole.assign(after));
  }

  private static long[] loads(int queues, List<Long> weights, int[] dealt) {
    long[] loads = new long[queues];
    for (int i = 0; i < dealt.length; i++) {
      loads[dealt[i]] += weights.get(i);
    }
    return loads;
  }
}
