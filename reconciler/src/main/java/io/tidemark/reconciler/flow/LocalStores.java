package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.LedgerEntry;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** State of which all is on this instance. */
public interface LocalStores extends StateStores {

  /** The stores of that name, one for each queue of the domain: all of them. */
  <V> List<ReadOnlyKeyValueStore<String, V>> perQueue(String name, String domain);

  @Override
  default List<KeyValueIterator<String, LedgerEntry>> ledger(LedgerQuery query) {
    List<KeyValueIterator<String, LedgerEntry>> parts = new ArrayList<>();
    for (ReadOnlyKeyValueStore<String, LedgerEntry> queue :
        this.<LedgerEntry>perQueue(StoreNames.ledger(query.domain()), query.domain())) {
      parts.add(queue.range(query.first(), query.last()));
    }
    return parts;
  }
}
