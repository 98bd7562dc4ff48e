package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What to claim, and how much: what the free lanes want and a little ahead; the queues take turns,
 * and of each the oldest descriptor goes first. Suspects come when there is nothing else, and each
 * is alone until its first chunk is done.
 */
final class Claims {

  /** Partitions of one backfill that may wait for another attempt, for each lane. */
  private static final int BACKOFFS_PER_LANE = 4;

  private final int lanes;
  private final Backfills backfills;
  private final ClaimAhead ahead = new ClaimAhead();
  private int turn;
  private boolean closed;

  Claims(int lanes, Backfills backfills) {
    this.lanes = lanes;
    this.backfills = backfills;
  }

  /** A partition was completed: the more of them, the further ahead to claim. */
  void completed(long now) {
    ahead.completed(now);
  }

  /** Claims nothing more. */
  void close() {
    closed = true;
  }

  /**
   * Whether a free lane waits for a claim.
   *
   * @param tasks what lanes run or are about to
   */
  boolean due(Collection<QueueState> queues, Tasks tasks, long now) {
    if (wanted(tasks, now) <= 0) {
      return false;
    }
    Predicate<String> mayClaim = mayClaim(queues);
    return queues.stream()
        .filter(QueueState::open)
        .anyMatch(
            q ->
                q.nextReady(mayClaim, false).isPresent()
                    || (tasks.count() == 0 && q.nextReady(mayClaim, true).isPresent()));
  }

  /** The partitions to claim now; their phase is Claiming from then on. */
  List<Run> pick(Collection<QueueState> queues, Tasks tasks, long now) {
    Predicate<String> mayClaim = mayClaim(queues);
    int wanted = Math.min(wanted(tasks, now), Reporting.MAX_BATCH / 2);
    List<QueueState> turns = new ArrayList<>(queues);
    turns.removeIf(q -> !q.open());
    Collections.rotate(turns, -(turn++ % Math.max(1, turns.size())));
    List<Run> picked = pick(turns, mayClaim, wanted, false);
    if (picked.isEmpty() && wanted > 0 && tasks.count() == 0) {
      return pick(turns, mayClaim, 1, true);
    }
    return picked;
  }

  private static List<Run> pick(
      List<QueueState> turns, Predicate<String> mayClaim, int wanted, boolean suspects) {
    List<Run> picked = new ArrayList<>();
    boolean found = true;
    while (picked.size() < wanted && found) {
      found = false;
      for (QueueState q : turns) {
        Optional<Run> next =
            picked.size() < wanted ? q.nextReady(mayClaim, suspects) : Optional.empty();
        if (next.isPresent()) {
          q.to(next.get(), new Phase.Claiming(), false);
          picked.add(next.get());
          found = true;
        }
      }
    }
    return picked;
  }

  private int wanted(Tasks tasks, long now) {
    return closed || tasks.suspect() ? 0 : lanes + ahead.extra(now) - tasks.count();
  }

  /**
   * Backfills of which more may be claimed: those that may run, unless so many of their partitions
   * here wait for another attempt that more would only fail as well.
   */
  private Predicate<String> mayClaim(Collection<QueueState> queues) {
    Map<String, Integer> waiting = new HashMap<>();
    for (QueueState q : queues) {
      q.backoffs().forEach(r -> waiting.merge(r.descriptor.getBackfillId(), 1, Integer::sum));
    }
    return b -> backfills.mayRun(b) && waiting.getOrDefault(b, 0) < BACKOFFS_PER_LANE * lanes;
  }
}
