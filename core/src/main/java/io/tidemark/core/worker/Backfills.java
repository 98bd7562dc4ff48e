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
  private record Known(RetryPolicy retry, long deadLetters, RunState directed, boolean spent) {}

  private static final Known NOTHING = new Known(null, 0, null, false);

  private final Map<String, Known> known = new HashMap<>();

  void planned(String backfill, RetryPolicy retry, long deadLetters) {
    Known k = of(backfill);
    known.put(backfill, new Known(retry, deadLetters, k.directed(), k.spent()));
  }

  /** Takes a directive. One that this version does not know holds the backfill, as a pause does. */
  void directed(String backfill, RunState to, boolean deadLettersSpent) {
    Known k = of(backfill);
    known.put(backfill, new Known(k.retry(), k.deadLetters(), to, deadLettersSpent));
  }

  /**
   * Whether one more row may be set aside.
   *
   * @param before rows of the same partition that were
   */
  boolean maySetAside(String backfill, long before) {
    Known k = of(backfill);
    return !k.spent() && before < k.deadLetters();
  }

  /** Whether its plan is known and it is directed to run. */
  boolean mayRun(String backfill) {
    Known k = of(backfill);
    return k.retry() != null && k.directed() == RunState.RUN;
  }

  /** Whether its partitions wait for its plan or for another directive. */
  boolean held(String backfill) {
    return !mayRun(backfill) && !cancelled(backfill) && !forgotten(backfill);
  }

  boolean cancelled(String backfill) {
    return of(backfill).directed() == RunState.CANCEL;
  }

  /** Whether it was archived: what is left of it in the work topic counts as done. */
  boolean forgotten(String backfill) {
    return of(backfill).directed() == RunState.FORGET;
  }

  /** How it retries; known of every backfill that ever ran here. */
  RetryPolicy retry(String backfill) {
    return of(backfill).retry();
  }

  private Known of(String backfill) {
    return known.getOrDefault(backfill, NOTHING);
  }
}
