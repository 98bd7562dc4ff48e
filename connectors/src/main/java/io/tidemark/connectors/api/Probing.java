package io.tidemark.connectors.api;

import io.tidemark.core.retry.TaskException;
import java.time.Duration;

/**
 * A source or sink that can be asked how it bears its load. Asking changes nothing there, takes a
 * connection apart from those that move rows, and may be done by any thread.
 */
public interface Probing {

  /**
   * Runs a statement that returns one number.
   *
   * @param statement in the system's own dialect
   * @param atMost how long it may take
   * @throws TaskException if it fails, takes longer, or returns anything else
   */
  double ask(String statement, Duration atMost) throws TaskException;

  /**
   * How far the furthest replica is behind, seconds; of a replica, how far it is itself.
   *
   * @param atMost how long the answer may take
   * @throws TaskException if it cannot be told
   */
  double replicationLag(Duration atMost) throws TaskException;
}
