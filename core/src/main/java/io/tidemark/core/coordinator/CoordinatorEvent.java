package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;

/** What the coordinator hears. */
public sealed interface CoordinatorEvent {

  /** A plan was begun or sealed. */
  record PlanSeen(Plan plan) implements CoordinatorEvent {}

  /** A queue's totals changed. */
  record TallySeen(Tally tally) implements CoordinatorEvent {}

  /** A queue's ledger has forgotten an archived backfill. */
  record TallyGone(String backfill, int queue) implements CoordinatorEvent {}

  /** A worker was heard. */
  record HeartbeatSeen(WorkerHeartbeat beat) implements CoordinatorEvent {}

  /** Somebody asked for something; each is told once. */
  record CommandSeen(Command command) implements CoordinatorEvent {}

  /** Time passed; also given once after a restart. */
  record Tick() implements CoordinatorEvent {}
}
