package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The reconciler's state, wherever it is, readable from any thread. Both methods, and what they
 * return, throw {@link NotHereException} while it cannot be reached: being restored, moved, or held
 * by an instance that does not answer. Stores of this instance may throw Kafka Streams' own {@link
 * org.apache.kafka.streams.errors.InvalidStateStoreException} instead.
 */
public interface StateStores {

  /** The store of that name, of which there is one in the whole application. */
  <V> ReadOnlyKeyValueStore<String, V> single(String name);

  /**
   * The entries that a query asks for in parts, each by id, which together hold every queue: an
   * answer without some would look complete. A part may hold more than was asked for. All are to be
   * closed.
   */
  List<KeyValueIterator<String, LedgerEntry>> ledger(LedgerQuery query);
}
