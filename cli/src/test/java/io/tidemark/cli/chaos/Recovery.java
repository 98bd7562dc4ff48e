package io.tidemark.cli.chaos;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.PartitionState;
import java.time.Duration;
import java.time.LocalTime;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long one fault was felt. It is over for a partition that was in hand when it struck, once a
 * checkpoint of a later chunk, or of its end, is committed to Kafka; for the reconciler, once it
 * reports anything again.
 */
final class Recovery {

  private final Injury.Hurts hurts;
  private final LocalTime struckAt = Chronicle.now();
  private final long began = System.nanoTime();
  private final Map<String, Long> waiting = new HashMap<>();
  private Duration first;
  private Duration all;

  /**
   * @param inHand newest checkpoints of the partitions that were in hand
   */
  Recovery(Injury.Hurts hurts, Iterable<Checkpoint> inHand) {
    this.hurts = hurts;
    for (Checkpoint c : inHand) {
      boolean concerned =
          switch (hurts) {
            case Injury.Hurts.Worker w -> c.getWorker().equals(w.id());
            case Injury.Hurts.All a -> true;
            case Injury.Hurts.Backfills b ->
                c.getDescriptor().getBackfillId().startsWith(b.prefix());
            case Injury.Hurts.Reconciler r -> false;
          };
      if (concerned) {
        waiting.put(c.getDescriptor().getPartitionId(), c.getChunks());
      }
    }
  }

  /** Looks whether it is over. */
  void look(Reports reports) {
    if (all != null) {
      return;
    }
    Duration now = Duration.ofNanos(System.nanoTime() - began);
    if (hurts instanceof Injury.Hurts.Reconciler) {
      if (reports.progressAt() - began > 0) {
        first = now;
        all = now;
      }
      return;
    }
    if (waiting.isEmpty()) {
      return;
    }
    int before = waiting.size();
    waiting
        .entrySet()
        .removeIf(w -> reports.of(w.getKey()).map(c -> movedOn(c, w.getValue())).orElse(false));
    if (first == null && waiting.size() < before) {
      first = now;
    }
    if (waiting.isEmpty()) {
      all = now;
    }
  }

  private static boolean movedOn(Checkpoint c, long chunks) {
    return c.getChunks() > chunks || c.getState() == PartitionState.COMPLETED;
  }

  Injury.Hurts hurts() {
    return hurts;
  }

  LocalTime struckAt() {
    return struckAt;
  }

  /** Until the first of its partitions moved on; empty if none was in hand or none has yet. */
  Optional<Duration> first() {
    return Optional.ofNullable(first);
  }

  /** Until the last of its partitions moved on; empty if none was in hand or not all have yet. */
  Optional<Duration> all() {
    return Optional.ofNullable(all);
  }
}
