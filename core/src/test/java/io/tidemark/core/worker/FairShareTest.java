package io.tidemark.core.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class FairShareTest {

  @Test
  void shouldFillLanesByWeightWhenAllAreFree() {
    Map<String, Integer> weights = Map.of("a", 6, "b", 1);
    FairShare fair = new FairShare(weights::get);
    Map<String, Integer> running = new TreeMap<>();

    for (int lane = 0; lane < 7; lane++) {
      running.merge(fair.next(weights.keySet(), running), 1, Integer::sum);
    }

    assertThat(running).isEqualTo(Map.of("a", 6, "b", 1));
  }

  @Test
  void shouldNotLetANewcomerCatchUpWithTheOld() {
    FairShare fair = new FairShare(b -> 1);
    fair.next(List.of("old"), Map.of());
    fair.passed(Map.of("old", 1), 0);
    fair.passed(Map.of("old", 1), 1_000_000);

    Map<String, Integer> running = new TreeMap<>();
    for (int lane = 0; lane < 10; lane++) {
      running.merge(fair.next(List.of("old", "new"), running), 1, Integer::sum);
    }

    assertThat(running).isEqualTo(Map.of("old", 5, "new", 5));
  }

  /**
   * Backfills of any weights and lengths of partitions, on any number of lanes, over an hour: each
   * gets lane time by its weight, and none waits for ever.
   */
  @RepeatedTest(30)
  void shouldShareLaneTimeByWeightHoweverLongPartitionsTake(RepetitionInfo repetition) {
    SplittableRandom chance = new SplittableRandom(repetition.getCurrentRepetition());
    Map<String, Integer> weights = new TreeMap<>();
    Map<String, Long> lengths = new HashMap<>();
    for (int i = 0; i < chance.nextInt(2, 5); i++) {
      weights.put("b" + i, chance.nextInt(1, 11));
      lengths.put("b" + i, chance.nextLong(50, 20_000));
    }
    int lanes = chance.nextInt(1, 9);
    FairShare fair = new FairShare(weights::get);
    Map<String, Integer> running = new TreeMap<>();
    Map<String, Long> laneTime = new TreeMap<>();
    String[] lane = new String[lanes];
    long[] until = new long[lanes];
    Set<String> all = weights.keySet();
    long end = 3_600_000;
    for (long now = 0; now < end; now += 10) {
      fair.passed(running, now);
      for (int i = 0; i < lanes; i++) {
        if (lane[i] != null && until[i] <= now) {
          running.computeIfPresent(lane[i], (b, n) -> n == 1 ? null : n - 1);
          lane[i] = null;
        }
        if (lane[i] == null) {
          lane[i] = fair.next(all, running);
          running.merge(lane[i], 1, Integer::sum);
          until[i] = now + lengths.get(lane[i]);
        }
        laneTime.merge(lane[i], 10L, Long::sum);
      }
    }

    double total = weights.values().stream().mapToInt(Integer::intValue).sum();
    weights.forEach(
        (b, w) ->
            assertThat((double) laneTime.getOrDefault(b, 0L) / (end * lanes))
                .as("%s of %s, lengths %s, %d lanes", b, weights, lengths, lanes)
                .isCloseTo(w / total, within(0.05)));
  }
}
