package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * What to claim, and how much: what the free lanes want and a little ahead; backfills share lanes
 * fairly and keep to theirs, the queues take turns, and of each the oldest descriptor goes first.
 * Suspects come when there is nothing else, and each is alone until its first chunk is done.
 */
final class Claims {

  /** Partitions of one backfill that may wait for another attempt, for each lane. */
  private static final int BACKOFFS_PER_LANE = 4;

  private final int lanes;
  private final Backfills backfills;
  private final FairShare fair;
  private final ClaimAhead ahead = new ClaimAhead();
  private int turn;
  private boolean closed;

  Claims(int lanes, Backfills backfills) {
    this.lanes = lanes;
    this.backfills = backfills;
    this.fair = new FairShare(backfills::weight);
  }

  /** A partition was completed: the more of them, the further ahead to claim. */
  void completed(long now) {
    ahead.completed(now);
  }

  /** Time passed. */
  void passed(Tasks tasks, long now) {
    fair.passed(tasks.counts(), now);
  }

  /** Claims nothing more. */
  void close() {
    closed = true;
  }

  /** Whether more partitions of a backfill may run beside so many. */
  boolean hasLane(String backfill, int running) {
    return running < backfills.lanes(backfill);
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
    Set<String> waiting = waiting(queues, tasks.counts());
    return queues.stream()
        .filter(QueueState::open)
        .anyMatch(
            q ->
                waiting.stream()
                    .anyMatch(
                        b ->
                            q.nextReady(b, false).isPresent()
                                || (tasks.count() == 0 && q.nextReady(b, true).isPresent())));
  }

  /** The partitions to claim now; their phase is Claiming from then on. */
  List<Run> pick(Collection<QueueState> queues, Tasks tasks, long now) {
    int wanted = Math.min(wanted(tasks, now), Reporting.MAX_BATCH / 2);
    if (wanted <= 0) {
      return List.of();
    }
    List<QueueState> turns = new ArrayList<>(queues);
    turns.removeIf(q -> !q.open());
    Collections.rotate(turns, -(turn++ % Math.max(1, turns.size())));
    List<Run> picked = pick(turns, tasks, wanted, false);
    return picked.isEmpty() && tasks.count() == 0 ? pick(turns, tasks, 1, true) : picked;
  }

  private List<Run> pick(List<QueueState> turns, Tasks tasks, int wanted, boolean suspects) {
    List<Run> picked = new ArrayList<>();
    Map<String, Integer> running = new HashMap<>(tasks.counts());
    Set<String> waiting = waiting(turns, running);
    while (picked.size() < wanted && !waiting.isEmpty()) {
      String backfill = fair.next(waiting, running);
      Optional<QueueState> from =
          turns.stream().filter(q -> q.nextReady(backfill, suspects).isPresent()).findFirst();
      if (from.isEmpty()) {
        waiting.remove(backfill);
        continue;
      }
      Run run = from.get().nextReady(backfill, suspects).orElseThrow();
      from.get().to(run, new Phase.Claiming(), false);
      picked.add(run);
      Collections.rotate(turns, -(turns.indexOf(from.get()) + 1));
      if (!hasLane(backfill, running.merge(backfill, 1, Integer::sum))) {
        waiting.remove(backfill);
      }
    }
    return picked;
  }

  private int wanted(Tasks tasks, long now) {
    return closed || tasks.suspect() ? 0 : lanes + ahead.extra(now) - tasks.count();
  }

  /**
   * Backfills of which more may be claimed: those that may run and have a lane left, unless so many
   * of their partitions here wait for another attempt that more would only fail as well.
   */
  private Set<String> waiting(Collection<QueueState> queues, Map<String, Integer> running) {
    Map<String, Integer> failing = new HashMap<>();
    Set<String> waiting = new TreeSet<>();
    for (QueueState q : queues) {
      q.backoffs().forEach(r -> failing.merge(r.descriptor.getBackfillId(), 1, Integer::sum));
      waiting.addAll(q.waitingBackfills());
    }
    waiting.removeIf(
        b ->
            !backfills.mayRun(b)
                || !hasLane(b, running.getOrDefault(b, 0))
                || failing.getOrDefault(b, 0) >= BACKOFFS_PER_LANE * lanes);
    return waiting;
  }
}
