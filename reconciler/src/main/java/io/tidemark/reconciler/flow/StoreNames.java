package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

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

  private static final Map<String, Class<? extends SpecificRecord>> TYPES =
      Map.of(
          PLANS, Plan.class,
          PROGRESS, Progress.class,
          DIRECTIVES, Directive.class,
          WORKERS, WorkerHeartbeat.class,
          DECISIONS, Decision.class,
          ALERTS, Alert.class);

  private StoreNames() {}

  /**
   * What a store of the coordinator that is asked for holds.
   *
   * @throws IllegalArgumentException if it is none of these
   */
  static Class<? extends SpecificRecord> type(String name) {
    Class<? extends SpecificRecord> type = TYPES.get(name);
    if (type == null) {
      throw new IllegalArgumentException("there is no store '" + name + "'");
    }
    return type;
  }

  /** Partition id → LedgerEntry, of one domain. */
  static String ledger(String domain) {
    return "ledger-" + domain;
  }

  /** Backfill id → Tally of the task's own queue, of one domain. */
  static String tallies(String domain) {
    return "tallies-" + domain;
  }
}
