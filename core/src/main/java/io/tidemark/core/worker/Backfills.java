package io.tidemark.core.worker;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.schemas.avro.RunState;
import java.util.HashMap;
import java.util.Map;

/** What a worker knows of each backfill: how it retries, and what the coordinator directs. */
final class Backfills {

  /** Either part may be missing: they come by different topics, in any order. */
  private record Known(RetryPolicy retry, RunState directed) {}

  private static final Known NOTHING = new Known(null, null);

  private final Map<String, Known> known = new HashMap<>();

  void planned(String backfill, RetryPolicy retry) {
    known.put(backfill, new Known(retry, of(backfill).directed()));
  }

  /** Takes a directive. One that this version does not know holds the backfill, as a pause does. */
  void directed(String backfill, RunState to) {
    known.put(backfill, new Known(of(backfill).retry(), to));
  }

  /** Whether its plan is known and it is directed to run. */
  boolean mayRun(String backfill) {
    Known k = of(backfill);
    return k.retry() != null && k.directed() == RunState.RUN;
  }

  boolean cancelled(String backfill) {
    return of(backfill).directed() == RunState.CANCEL;
  }

  /** How it retries; known of every backfill that ever ran here. */
  RetryPolicy retry(String backfill) {
    return of(backfill).retry();
  }

  private Known of(String backfill) {
    return known.getOrDefault(backfill, NOTHING);
  }
}
