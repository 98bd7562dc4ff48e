package io.tidemark.core.worker;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.schemas.avro.RunState;
import java.util.HashMap;
import java.util.Map;

/** What a worker knows of each backfill: how it retries, and what the coordinator directs. */
final class Backfills {

  /**
   * What the plan says, and what the directive says: they come by different topics, in any order.
   */
  private record Known(Planned planned, Directed directed) {}

  private record Planned(RetryPolicy retry, long deadLetters, int priority) {}

  private record Directed(RunState runState, boolean spent, int lanes) {}

  private static final Known NOTHING =
      new Known(new Planned(null, 0, 0), new Directed(null, false, 0));

  private final Map<String, Known> known = new HashMap<>();

  void planned(WorkerEvent.BackfillKnown e) {
    known.put(
        e.backfill(),
        new Known(
            new Planned(e.retry(), e.deadLetters(), e.priority()), of(e.backfill()).directed()));
  }

  /** Takes a directive. One that this version does not know holds the backfill, as a pause does. */
  void directed(WorkerEvent.Directed e) {
    known.put(
        e.backfill(),
        new Known(
            of(e.backfill()).planned(),
            new Directed(e.runState(), e.deadLettersSpent(), e.lanes())));
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
    return !mayRun(backfill) && !cancelled(backfill) && !forgotten(backfill);
  }

  boolean cancelled(String backfill) {
    return of(backfill).directed().runState() == RunState.CANCEL;
  }

  /** Whether it was archived: what is left of it in the work topic counts as done. */
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
