package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.LocalStores;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The stores of the active tasks of a running Kafka Streams instance. */
final class StreamsStores implements LocalStores {

  private final KafkaStreams streams;
  private final Topics topics;
  private final Map<String, Integer> queues;

  /**
   * @param queues of each domain
   */
  StreamsStores(KafkaStreams streams, Topics topics, Map<String, Integer> queues) {
    this.streams = streams;
    this.topics = topics;
    this.queues = queues;
  }

  @Override
  public <V> ReadOnlyKeyValueStore<String, V> single(String name) {
    return store(StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
  }

  @Override
  public <V> List<ReadOnlyKeyValueStore<String, V>> perQueue(String name, String domain) {
    if (!queues.containsKey(domain)) {
      throw new NotHereException(
          "domain '" + domain + "' is not served here; add it to the setting domains", null);
    }
    int all = queues.get(domain);
    Set<Integer> here = queuesHere(domain);
    if (here.size() < all) {
      throw new NotHereException(
          "this instance holds "
              + here.size()
              + " of "
              + all
              + " queues of domain "
              + domain
              + "; it is starting or rebalancing, or others run beside it",
          null);
    }
    List<ReadOnlyKeyValueStore<String, V>> stores = new ArrayList<>();
    for (int q = 0; q < all; q++) {
      stores.add(
          store(
              StoreQueryParameters.fromNameAndType(
                      name, QueryableStoreTypes.<String, V>keyValueStore())
                  .withPartition(q)));
    }
    return stores;
  }

  private Set<Integer> queuesHere(String domain) {
    String work = topics.work(domain);
    return running(
        () ->
            streams.metadataForLocalThreads().stream()
                .flatMap(thread -> thread.activeTasks().stream())
                .flatMap(task -> task.topicPartitions().stream())
                .filter(p -> p.topic().equals(work))
                .map(TopicPartition::partition)
                .collect(Collectors.toSet()));
  }

  private <V> ReadOnlyKeyValueStore<String, V> store(
      StoreQueryParameters<ReadOnlyKeyValueStore<String, V>> query) {
    try {
      return running(() -> streams.store(query));
    } catch (InvalidStateStoreException e) {
      throw new NotHereException("the state is being moved or restored; try again", e);
    }
  }

  /** Asks Kafka Streams, which refuses with an IllegalStateException once it has ended. */
  private static <T> T running(Supplier<T> question) {
    try {
      return question.get();
    } catch (IllegalStateException e) {
      throw new NotHereException("the reconciler does not run: " + e.getMessage(), e);
    }
  }
}
