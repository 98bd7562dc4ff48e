package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Command;

/** Brings commands to the coordinator. */
@FunctionalInterface
public interface Commands {

  /**
   * Returns once the command is safe in the log.
   *
   * @throws NotHereException if the log does not take it in time; it may have been taken, and
   *     sending it again does no harm
   */
  void send(Command command) throws InterruptedException;
}
