package io.tidemark.reconciler.flow;

import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** A store of which there are several copies: the first that answers does. */
final class FirstAnswer<V> implements ReadOnlyKeyValueStore<String, V> {

  private final String name;
  private final List<Supplier<ReadOnlyKeyValueStore<String, V>>> copies;

  FirstAnswer(String name, List<Supplier<ReadOnlyKeyValueStore<String, V>>> copies) {
    this.name = name;
    this.copies = List.copyOf(copies);
  }

  private <T> T ask(Function<ReadOnlyKeyValueStore<String, V>, T> question) {
    RuntimeException last = null;
    for (Supplier<ReadOnlyKeyValueStore<String, V>> copy : copies) {
      try {
        return question.apply(copy.get());
      } catch (NotHereException | InvalidStateStoreException e) {
        last = e;
      }
    }
    throw new NotHereException(
        "the coordinator's " + name + " are being moved or restored; try again", last);
  }

  @Override
  public V get(String key) {
    return ask(s -> s.get(key));
  }

  @Override
  public KeyValueIterator<String, V> range(String from, String to) {
    return ask(s -> s.range(from, to));
  }

  @Override
  public KeyValueIterator<String, V> all() {
    return ask(ReadOnlyKeyValueStore::all);
  }

  @Override
  public long approximateNumEntries() {
    return ask(ReadOnlyKeyValueStore::approximateNumEntries);
  }
}
