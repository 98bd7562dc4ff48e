package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Progress;

/** What the coordinator wants written. Both also are its memory: it restarts from them. */
public sealed interface CoordinatorEffect {

  /** The progress of a backfill, for people and for the next start. */
  record PutProgress(Progress progress) implements CoordinatorEffect {}

  /** What workers must obey from now on. */
  record PutDirective(Directive directive) implements CoordinatorEffect {}
}
