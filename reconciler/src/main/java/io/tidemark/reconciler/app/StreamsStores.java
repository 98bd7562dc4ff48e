package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.Replicas;
import io.tidemark.reconciler.flow.Warmth;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stores of a Kafka Streams instance: of its active tasks, and copies that it keeps. */
final class StreamsStores implements Replicas {

  private static final Logger LOG = LoggerFactory.getLogger(StreamsStores.class);

  /** No key of any store. */
  private static final String PROBE = "\u0000";

  private final KafkaStreams streams;
  private final AtomicReference<Warmth> warmth = new AtomicReference<>(Warmth.NONE);

  StreamsStores(KafkaStreams streams) {
    this.streams = streams;
  }

  @Override
  public <V> Optional<ReadOnlyKeyValueStore<String, V>> active(String store, int part) {
    return store(this.<V>query(store, part));
  }

  @Override
  public <V> Optional<ReadOnlyKeyValueStore<String, V>> copy(String store, int part) {
    return warmth.get().warm(store, part)
        ? store(this.<V>query(store, part).enableStaleStores())
        : Optional.empty();
  }

  private <V> StoreQueryParameters<ReadOnlyKeyValueStore<String, V>> query(String store, int part) {
    return StoreQueryParameters.fromNameAndType(
            store, QueryableStoreTypes.<String, V>keyValueStore())
        .withPartition(part);
  }

  private <V> Optional<ReadOnlyKeyValueStore<String, V>> store(
      StoreQueryParameters<ReadOnlyKeyValueStore<String, V>> query) {
    try {
      ReadOnlyKeyValueStore<String, V> store = streams.store(query);
      // What that returns is a promise; only reading shows whether the store is here.
      store.get(PROBE);
      return Optional.of(store);
    } catch (InvalidStateStoreException e) {
      return Optional.empty(); // Elsewhere, or being moved or restored.
    } catch (IllegalStateException e) {
      return Optional.empty(); // Not started yet, or ended.
    }
  }

  /** Looks how far copies are; to be called again and again. */
  void look() {
    try {
      Map<Warmth.Part, Warmth.Position> positions = new HashMap<>();
      streams
          .allLocalStorePartitionLags()
          .forEach(
              (store, parts) ->
                  parts.forEach(
                      (part, lag) -> positions.put(new Warmth.Part(store, part), position(lag))));
      warmth.set(warmth.get().seen(positions));
    } catch (RuntimeException e) {
      if (e.getCause() instanceof InterruptedException) {
        Thread.currentThread().interrupt();
      }
      LOG.debug("cannot look at the copies of state now: {}", e.getMessage());
    }
  }

  private static Warmth.Position position(LagInfo lag) {
    return new Warmth.Position(lag.currentOffsetPosition(), lag.endOffsetPosition());
  }
}
