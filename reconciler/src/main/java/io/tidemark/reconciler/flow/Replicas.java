package io.tidemark.reconciler.flow;

import java.util.Optional;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Copies of state on this instance. Part numbers are queues, and 0 for the coordinator's stores.
 * Thread-safe.
 */
public interface Replicas {

  /** The one that is worked on, if that is here; it holds all that was committed. */
  <V> Optional<ReadOnlyKeyValueStore<String, V>> active(String store, int part);

  /**
   * A copy that has once been complete and is kept up to date from the log, if there is one here:
   * as of some moments ago.
   */
  <V> Optional<ReadOnlyKeyValueStore<String, V>> copy(String store, int part);
}
