package io.tidemark.reconciler.flow;

import java.util.List;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** Stores of an instance that holds nothing yet. */
public final class Elsewhere implements LocalStores {

  @Override
  public <V> ReadOnlyKeyValueStore<String, V> single(String name) {
    throw new NotHereException("the state is elsewhere", null);
  }

  @Override
  public <V> List<ReadOnlyKeyValueStore<String, V>> perQueue(String name, String domain) {
    throw new NotHereException("the state is elsewhere", null);
  }
}
