package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.kafka.read.TopicTail;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;

/** The newest record of each thing that a topic of one Kafka partition tells of, kept current. */
final class TopicFeed<T extends SpecificRecord> implements AutoCloseable {

  private static final Duration CATCH_UP = Duration.ofSeconds(30);

  private final Map<String, T> newest = new ConcurrentSkipListMap<>();
  private final TopicTail tail;

  private TopicFeed(ClientConfig kafka, String topic, Class<T> type, Function<T, String> thing) {
    RecordDecoder<T> decoder = RecordDecoder.of(kafka.serdes(), type, Lookup::warn);
    this.tail =
        TopicTail.start(
            kafka,
            topic,
            r -> decoder.keep(r, newest, thing),
            e -> Lookup.warn("following " + topic + ": " + e.getMessage()));
  }

  /**
   * Follows a topic, and returns when it has seen all that is there now.
   *
   * @param thing what a record tells of; in a compacted topic that must be its key
   */
  static <T extends SpecificRecord> TopicFeed<T> open(
      ClientConfig kafka, String topic, Class<T> type, Function<T, String> thing)
      throws ReadTimeoutException, InterruptedException {
    TopicFeed<T> feed = new TopicFeed<>(kafka, topic, type, thing);
    try {
      feed.tail.awaitCaughtUp(CATCH_UP);
      return feed;
    } catch (ReadTimeoutException | InterruptedException | RuntimeException e) {
      feed.close();
      throw e;
    }
  }

  Optional<T> of(String name) {
    return Optional.ofNullable(newest.get(name));
  }

  Collection<T> all() {
    return newest.values();
  }

  @Override
  public void close() {
    tail.close();
  }
}
