package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.Progress;

/**
 * What the coordinator wants written. All but orders also are its memory: it restarts from them.
 */
public sealed interface CoordinatorEffect {

  /** The progress of a backfill, for people and for the next start. */
  record PutProgress(Progress progress) implements CoordinatorEffect {}

  /** What workers must obey from now on. */
  record PutDirective(Directive directive) implements CoordinatorEffect {}

  /** The answer to a command. */
  record PutDecision(Decision decision) implements CoordinatorEffect {}

  /** An alert that was raised, says something else now, or is over. */
  record PutAlert(Alert alert) implements CoordinatorEffect {}

  /** What one queue's ledger shall do. */
  record PutOrder(Order order) implements CoordinatorEffect {}

  /** Drop the plan and the progress of an archived backfill; its directive stays. */
  record Forget(String backfill) implements CoordinatorEffect {}
}
