package io.tidemark.reconciler.flow;

/**
 * Names of the reconciler's state stores. They also name the changelog topics: never change one.
 */
final class StoreNames {

  /** Backfill id → Plan. */
  static final String PLANS = "plans";

  /** {@code <backfill>|<queue>} → Tally, as the coordinator last heard it. */
  static final String COORDINATOR_TALLIES = "coordinator-tallies";

  /** Backfill id → Progress. */
  static final String PROGRESS = "progress";

  /** Backfill id → Directive. */
  static final String DIRECTIVES = "directives";

  /** Worker id → WorkerHeartbeat. */
  static final String WORKERS = "workers";

  /** Command id → Decision. */
  static final String DECISIONS = "decisions";

  /** Alert id → Alert as it was told last. */
  static final String ALERTS = "alerts";

  private StoreNames() {}

  /** Partition id → LedgerEntry, of one domain. */
  static String ledger(String domain) {
    return "ledger-" + domain;
  }

  /** Backfill id → Tally of the task's own queue, of one domain. */
  static String tallies(String domain) {
    return "tallies-" + domain;
  }
}
