package io.tidemark.connectors.kafka;

import static java.util.Comparator.naturalOrder;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * Follows the progress topic and keeps the newest record of each partition of one backfill.
 * Thread-safe: whoever waits for its own record reads for the others as well.
 */
final class ProgressReader implements AutoCloseable {

  /**
   * Kafka partitions of the topic that hold progress. A constant, as a record must be found where
   * it was put: a topic may have more, and more may be added to it.
   */
  static final int PARTITIONS = 8;

  private static final Duration POLL = Duration.ofMillis(50);

  private final KafkaEndpoint endpoint;
  private final KafkaErrors errors;
  private final String topic;
  private final String isolation;
  private final String prefix;
  private final Map<String, StoredProgress> newest = new HashMap<>();
  private Consumer<byte[], byte[]> consumer;
  private boolean closed;

  /**
   * @param isolation read_committed: what holds; read_uncommitted: what is tried as well
   * @param backfill backfill id
   */
  ProgressReader(
      KafkaEndpoint endpoint, KafkaErrors errors, String topic, String isolation, String backfill) {
    this.endpoint = endpoint;
    this.errors = errors;
    this.topic = topic;
    this.isolation = isolation;
    this.prefix = backfill + "/";
  }

  /** The Kafka partition that holds the progress of a partition. */
  static int place(String partition) {
    return Math.floorMod(partition.hashCode(), PARTITIONS);
  }

  /**
   * Where the Kafka partition ends for everybody: what of it is committed is so before that, or
   * will never be.
   */
  synchronized long end(int place) throws TaskException {
    TopicPartition partition = new TopicPartition(topic, place);
    try {
      return open().endOffsets(List.of(partition)).get(partition);
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /**
   * What the newest record of a partition says before an offset of its {@link #place}. Waits for
   * transactions that are open before it.
   *
   * @return empty: there is none
   * @throws TaskException UNAVAILABLE if they stay open for so long
   */
  Optional<StoredProgress> newest(String partition, long end, Duration patience)
      throws TaskException {
    return read(place(partition), end, patience, () -> newest.get(partition));
  }

  /**
   * Any partition of the backfill that has a record, once a place is read to an offset. Waits for
   * transactions that are open before it.
   *
   * @return empty: none has one there
   * @throws TaskException UNAVAILABLE if they stay open for so long
   */
  Optional<String> any(int place, long end, Duration patience) throws TaskException {
    return read(
        place, end, patience, () -> newest.keySet().stream().min(naturalOrder()).orElse(null));
  }

  private <T> Optional<T> read(int place, long end, Duration patience, Supplier<T> answer)
      throws TaskException {
    AtomicReference<T> found = new AtomicReference<>();
    long since = System.nanoTime();
    while (!step(new TopicPartition(topic, place), end, () -> found.set(answer.get()))) {
      if (System.nanoTime() - since > patience.toNanos()) {
        throw new TaskException(
            FailureKind.UNAVAILABLE,
            "OPEN_TRANSACTION",
            endpoint.where()
                + ": "
                + topic
                + "-"
                + place
                + " could not be read to its end within "
                + patience.toSeconds()
                + " s: a transaction is open there (it ends after its transaction.timeout.ms, see"
                + " kafka-transactions.sh find-hanging), or the brokers are slow",
            null);
      }
    }
    return Optional.ofNullable(found.get());
  }

  /**
   * Answers if the end is reached, else reads on. One lock for both: a call of another lane that
   * fails forgets what was read, and an answer after that would be that nothing is there.
   */
  private synchronized boolean step(TopicPartition partition, long end, Runnable answer)
      throws TaskException {
    try {
      Consumer<byte[], byte[]> open = open();
      if (open.position(partition) < end) {
        for (ConsumerRecord<byte[], byte[]> record : open.poll(POLL)) {
          take(record);
        }
        if (open.position(partition) < end) {
          return false;
        }
      }
      answer.run();
      return true;
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private void take(ConsumerRecord<byte[], byte[]> record) throws TaskException {
    String key = record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    if (!key.startsWith(prefix)) {
      return;
    }
    if (record.value() == null) {
      newest.remove(key);
      return;
    }
    try {
      newest.put(key, StoredProgress.of(record.value()));
    } catch (IOException e) {
      reset();
      throw new TaskException(
          FailureKind.FATAL,
          "PROGRESS",
          endpoint.where()
              + ": record "
              + record.offset()
              + " of "
              + topic
              + "-"
              + record.partition()
              + " is no progress of Tidemark: "
              + e.getMessage()
              + "; give the backfill a progressTopic of its own",
          e);
    }
  }

  private Consumer<byte[], byte[]> open() {
    if (closed) {
      throw new IllegalStateException("the sink is closed");
    }
    if (consumer == null) {
      List<TopicPartition> all =
          IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer = new KafkaConsumer<>(endpoint.consumer(isolation));
      consumer.assign(all);
      consumer.seekToBeginning(all);
    }
    return consumer;
  }

  // What a failed call took from the consumer is not known: begin anew.
  private TaskException failed(KafkaException e) {
    reset();
    return errors.of("reading " + topic, e);
  }

  private void reset() {
    if (consumer != null) {
      Consumers.drop(consumer);
      consumer = null;
    }
    newest.clear();
  }

  @Override
  public synchronized void close() {
    closed = true;
    reset();
  }
}
