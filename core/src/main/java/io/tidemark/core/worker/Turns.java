package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Picks what to claim next: the queues take turns, and of each the oldest descriptor goes first.
 */
final class Turns {

  private int turn;

  /**
   * Up to {@code wanted} partitions, now in the phase Claiming.
   *
   * @param mayClaim tells of a backfill whether its partitions may be claimed
   */
  List<Run> pick(Collection<QueueState> queues, int wanted, Predicate<String> mayClaim) {
    List<QueueState> turns = new ArrayList<>(queues);
    turns.removeIf(q -> !q.open());
    Collections.rotate(turns, -(turn++ % Math.max(1, turns.size())));
    List<Run> picked = new ArrayList<>();
    boolean found = true;
    while (picked.size() < wanted && found) {
      found = false;
      for (QueueState q : turns) {
        Optional<Run> next = picked.size() < wanted ? q.nextReady(mayClaim) : Optional.empty();
        if (next.isPresent()) {
          q.to(next.get(), new Phase.Claiming(), false);
          picked.add(next.get());
          found = true;
        }
      }
    }
    return picked;
  }
}
