package io.tidemark.core.worker;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * Which backfill gets the next lane: each has used lane time over its weight, and the one with the
 * least is next. So lanes are shared by weight over time, however long partitions take, and nobody
 * starves. Who had nothing to do does not save time up.
 */
final class FairShare {

  /** A partition that runs counts as so much to come: several chosen at once take turns by it. */
  private static final double AHEAD_MS = 1_000;

  private final ToIntFunction<String> weight;
  private final Map<String, Double> used = new HashMap<>();
  private long last = Long.MIN_VALUE;

  /**
   * Fair shares.
   *
   * @param weight of a backfill, at least 1
   */
  FairShare(ToIntFunction<String> weight) {
    this.weight = weight;
  }

  /**
   * Time passed.
   *
   * @param running partitions of each backfill that has some
   * @param now milliseconds of a clock that does not jump back
   */
  void passed(Map<String, Integer> running, long now) {
    long ms = last == Long.MIN_VALUE ? 0 : now - last;
    last = now;
    running.forEach(
        (b, n) ->
            used.computeIfPresent(b, (id, had) -> had + (double) ms * n / weight.applyAsInt(id)));
  }

  /**
   * Who is next.
   *
   * @param waiting backfills that have something to run, at least one
   * @param running partitions of each backfill that run or were just chosen
   */
  String next(Collection<String> waiting, Map<String, Integer> running) {
    enter(waiting, running);
    String best = null;
    double least = Double.POSITIVE_INFINITY;
    for (String b : waiting) {
      double w = weight.applyAsInt(b);
      double at = used.get(b) + (running.getOrDefault(b, 0) + 1) * AHEAD_MS / w;
      if (at < least) {
        least = at;
        best = b;
      }
    }
    return best;
  }

  /** Newcomers begin where the least of the others is; those with nothing to do are forgotten. */
  private void enter(Collection<String> waiting, Map<String, Integer> running) {
    used.keySet().removeIf(b -> !waiting.contains(b) && !running.containsKey(b));
    double least = used.values().stream().mapToDouble(Double::doubleValue).min().orElse(0);
    waiting.forEach(b -> used.putIfAbsent(b, least));
    running.keySet().forEach(b -> used.putIfAbsent(b, least));
  }
}
