package io.tidemark.cli.demo;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.registry.RecordSerde;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** Who holds which partition, from the checkpoint topic; read when asked, by one thread. */
final class CheckpointFeed implements AutoCloseable {

  /**
   * A partition that changed hands.
   *
   * @param partition partition id
   * @param from its former worker
   * @param to its new worker
   * @param rows rows committed when it was claimed anew, as the log knew them
   * @param fence the new claim's fence
   * @param at when it was claimed anew, milliseconds since the epoch
   */
  record Takeover(String partition, String from, String to, long rows, long fence, long at) {}

  private final StandaloneConsumer consumer;
  private final RecordSerde<Checkpoint> serde;
  private final Map<String, Checkpoint> newest = new TreeMap<>();
  private final List<Takeover> takeovers = new ArrayList<>();

  CheckpointFeed(ClientConfig kafka, Collection<TopicPartition> queues) {
    serde = kafka.serdes().of(Checkpoint.class);
    consumer = new StandaloneConsumer(kafka.consumer());
    consumer.assign(queues);
    consumer.seekToBeginning(queues);
  }

  /**
   * Reads some of what is new.
   *
   * @return how many records; 0 if none came in time
   */
  int read(Duration atMost) {
    ConsumerRecords<byte[], byte[]> records = consumer.poll(atMost);
    for (ConsumerRecord<byte[], byte[]> r : records) {
      Checkpoint c = serde.deserialize(r.topic(), r.value());
      String id = c.getDescriptor().getPartitionId();
      Checkpoint before = newest.put(id, c);
      if (before != null && c.getClaim() && !before.getWorker().equals(c.getWorker())) {
        takeovers.add(
            new Takeover(
                id, before.getWorker(), c.getWorker(), c.getRows(), r.offset(), c.getAt()));
      }
    }
    return records.count();
  }

  /** Partitions that a worker has begun and not finished. */
  List<Checkpoint> inHands(String worker) {
    return newest.values().stream()
        .filter(c -> c.getWorker().equals(worker))
        .filter(CheckpointFeed::isInHand)
        .toList();
  }

  private static boolean isInHand(Checkpoint c) {
    return switch (c.getState()) {
      case RUNNING, RETRYING -> true;
      case PENDING, COMPLETED, FAILED, CANCELLED, UNKNOWN -> false;
    };
  }

  /** The worker that has most left to do in partitions it has begun; empty if nobody has. */
  Optional<String> busiest() {
    return newest.values().stream()
        .filter(CheckpointFeed::isInHand)
        .collect(
            Collectors.groupingBy(
                Checkpoint::getWorker,
                TreeMap::new,
                Collectors.summingLong(
                    c -> Math.max(0, c.getDescriptor().getRowsEstimated() - c.getRows()))))
        .entrySet()
        .stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  /** Rows committed so far, as reported. */
  long rows() {
    return newest.values().stream().mapToLong(Checkpoint::getRows).sum();
  }

  /**
   * What others claimed of a worker's partitions.
   *
   * @param since what they took before, such as when the group was formed, does not count;
   *     milliseconds since the epoch
   */
  List<Takeover> takeoversFrom(String worker, long since) {
    return takeovers.stream().filter(t -> t.from().equals(worker) && t.at() >= since).toList();
  }

  @Override
  public void close() {
    consumer.close();
  }
}
