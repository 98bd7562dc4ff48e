package io.tidemark.core.worker;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.RunState;
import java.util.HashMap;
import java.util.Map;

/** What a worker knows of each backfill: how it retries, and what the coordinator directs. */
final class Backfills {

  /**
   * What the plan says, and what the directive says: they come by different topics, in any order.
   *
   * @param since what was planned before, milliseconds since the epoch, is of an archived backfill
   *     of the same id
   */
  private record Known(Planned planned, Directed directed, long since) {}

  private record Planned(RetryPolicy retry, long deadLetters, int priority) {}

  private static final Planned UNPLANNED = new Planned(null, 0, 0);

  private record Directed(RunState runState, boolean spent, int lanes, long at) {}

  private static final Directed UNDIRECTED = new Directed(null, false, 0, Long.MIN_VALUE);

  private static final Known NOTHING = new Known(UNPLANNED, UNDIRECTED, Long.MIN_VALUE);

  private final Map<String, Known> known = new HashMap<>();

  /** Takes a plan; an archived one, that is read behind its directive, counts no more. */
  void planned(WorkerEvent.BackfillKnown e) {
    Known had = of(e.backfill());
    if (e.createdAt() < had.since()) {
      return;
    }
    // Planned again, and the directives that go with it are not read yet.
    boolean ahead =
        !had.planned().equals(UNPLANNED)
            && e.createdAt() > had.since()
            && had.directed().at() < e.createdAt();
    known.put(
        e.backfill(),
        new Known(
            new Planned(e.retry(), e.deadLetters(), e.priority()),
            ahead ? UNDIRECTED : had.directed(),
            e.createdAt()));
  }

  /**
   * Takes a directive. One that this version does not know holds the backfill, as a pause does.
   *
   * @return false if it is about an archived plan of that id, and so counts no more
   */
  boolean directed(WorkerEvent.Directed e) {
    Known had = of(e.backfill());
    if (e.at() < had.since()) {
      return false;
    }
    Directed directed = new Directed(e.runState(), e.deadLettersSpent(), e.lanes(), e.at());
    known.put(
        e.backfill(),
        e.runState() == RunState.FORGET
            ? new Known(UNPLANNED, directed, e.at() + 1)
            : new Known(had.planned(), directed, had.since()));
    return true;
  }

  /** Whether a descriptor is of an archived backfill, and so counts as done. */
  boolean bygone(Descriptor d) {
    return d.getPlannedAt() < since(d.getBackfillId());
  }

  /** Since when its descriptors count, milliseconds since the epoch. */
  long since(String backfill) {
    return of(backfill).since();
  }

  /**
   * Whether one more row may be set aside.
   *
   * @param before rows of the same partition that were
   */
  boolean maySetAside(String backfill, long before) {
    Known k = of(backfill);
    return !k.directed().spent() && before < k.planned().deadLetters();
  }

  /** Whether its plan is known and it is directed to run, by this worker as well. */
  boolean mayRun(String backfill) {
    return admitted(backfill) && lanes(backfill) > 0;
  }

  /** Whether its plan is known and it is directed to run, by whomever. */
  boolean admitted(String backfill) {
    Known k = of(backfill);
    return k.planned().retry() != null && k.directed().runState() == RunState.RUN;
  }

  /** Whether its partitions wait for its plan or for another directive. */
  boolean held(String backfill) {
    return !mayRun(backfill) && !cancelled(backfill);
  }

  boolean cancelled(String backfill) {
    return of(backfill).directed().runState() == RunState.CANCEL;
  }

  /** Whether it was archived, and no directive for a further plan of its id has come since. */
  boolean forgotten(String backfill) {
    return of(backfill).directed().runState() == RunState.FORGET;
  }

  /** How it retries; known of every backfill that ever ran here. */
  RetryPolicy retry(String backfill) {
    return of(backfill).planned().retry();
  }

  /** How many of its partitions may run here at the same time. */
  int lanes(String backfill) {
    return of(backfill).directed().lanes();
  }

  /** What it counts where lanes are shared: from 1 to 10. */
  int weight(String backfill) {
    return of(backfill).planned().priority() + 1;
  }

  private Known of(String backfill) {
    return known.getOrDefault(backfill, NOTHING);
  }
}
