package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Tally;

/** What the coordinator hears. */
public sealed interface CoordinatorEvent {

  /** A plan was begun or sealed. */
  record PlanSeen(Plan plan) implements CoordinatorEvent {}

  /** A queue's totals changed. */
  record TallySeen(Tally tally) implements CoordinatorEvent {}

  /** Somebody asked for something. */
  record CommandSeen(Command command) implements CoordinatorEvent {}

  /** Time passed; also given once after a restart. */
  record Tick() implements CoordinatorEvent {}
}
