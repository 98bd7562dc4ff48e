package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Progress;
import java.util.function.Consumer;

/** Rows that were set aside, as the log has them. */
@FunctionalInterface
public interface DeadLetters {

  /**
   * Shows those of a backfill, in the order of the log. There may be more than count: a row may
   * come twice, and one that was found in an attempt that a crash undid stays in the log. Bounded:
   * of very many, not all.
   *
   * @throws NotHereException if the log cannot be read now
   */
  void each(Progress backfill, Consumer<DeadLetter> visitor) throws InterruptedException;
}
