package io.tidemark.core.coordinator;

import io.tidemark.core.throttle.RateLimit;
import io.tidemark.schemas.avro.Directive;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * For how long the cursors of a backfill's running partitions may stand, and how much of that is
 * spent. A limit or a probe explains a wait only as far as it makes one: a lane that may not move
 * spends no patience, one that is slowed spends it more slowly, and what was spent is not given
 * back or taken when a limit changes. Not thread-safe.
 */
final class Patience {

  /** So many chunks' time without a step of the cursor is too long. */
  private static final long CHUNKS = 30;

  /** But nothing below this is, milliseconds. */
  private static final double LEAST_MS = 30_000;

  /**
   * What one partition has spent.
   *
   * @param advancedAt when its cursor moved last, by its worker's clock
   * @param at until when that is counted, by the same clock
   * @param share of its patience; 1: all
   */
  private record Spent(String worker, long advancedAt, long at, double share) {}

  private Map<String, Spent> spent = Map.of();

  /**
   * How long a cursor may stand.
   *
   * @param chunkMs what a chunk should take, milliseconds
   * @param rowsPerS the worker's share of the backfill's limit; infinite: no limit
   * @param factor what probes leave of the usual speed, 0 to 1
   * @param lanes that run the backfill at this worker, at least 1
   * @return milliseconds; infinite if nothing may move
   */
  static double ms(long chunkMs, double rowsPerS, double factor, int lanes) {
    double step = Math.max((double) chunkMs, new RateLimit(rowsPerS, 0).roundMs(lanes));
    return Math.max(LEAST_MS, CHUNKS * step / factor);
  }

  /**
   * Looks at what runs now; what does not is forgotten.
   *
   * @param directive what its workers were told
   * @return the share of its patience that each has spent, by partition; from 1 on it stalls
   */
  Map<String, Double> spent(long chunkMs, Directive directive, List<Fleet.Running> running) {
    Map<String, Long> lanes =
        running.stream()
            .collect(Collectors.groupingBy(r -> r.worker().getWorkerId(), Collectors.counting()));
    ToDoubleFunction<Fleet.Running> patience =
        r ->
            ms(
                chunkMs,
                Shares.rowsPerS(directive, r.worker().getWorkerId()),
                r.factor(),
                lanes.get(r.worker().getWorkerId()).intValue());
    Map<String, Spent> next = new HashMap<>();
    running.forEach(
        r ->
            next.put(
                r.partition().getPartitionId(),
                after(spent.get(r.partition().getPartitionId()), r, patience.applyAsDouble(r))));
    spent = next;
    return spent.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, e -> e.getValue().share()));
  }

  private static Spent after(Spent before, Fleet.Running r, double patience) {
    String worker = r.worker().getWorkerId();
    long advancedAt = r.partition().getAdvancedAt();
    long at = r.worker().getAt();
    if (before != null && before.worker().equals(worker) && before.advancedAt() == advancedAt) {
      double more = (double) Math.max(0, at - before.at()) / patience;
      return new Spent(worker, advancedAt, Math.max(at, before.at()), before.share() + more);
    }
    // Seen first after a restart, perhaps: what a probe did before is not known.
    return new Spent(worker, advancedAt, at, r.factor() < 1 ? 0 : r.idleMs() / patience);
  }
}
