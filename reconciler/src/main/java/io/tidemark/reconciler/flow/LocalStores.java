package io.tidemark.reconciler.flow;

import java.util.List;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The state stores of this instance, readable from any thread. Both methods throw {@link
 * NotHereException} while the state is not here: being restored, moved, or held by another
 * instance. So do the stores themselves, with Kafka Streams' own {@link
 * org.apache.kafka.streams.errors.InvalidStateStoreException}.
 */
public interface LocalStores {

  /** The store of that name, of which there is one in the whole application. */
  <V> ReadOnlyKeyValueStore<String, V> single(String name);

  /**
   * The stores of that name, one for each queue of the domain: all of them, since an answer without
   * some would look complete.
   */
  <V> List<ReadOnlyKeyValueStore<String, V>> perQueue(String name, String domain);
}
