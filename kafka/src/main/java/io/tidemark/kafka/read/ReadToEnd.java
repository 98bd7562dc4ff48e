package io.tidemark.kafka.read;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Reads Kafka partitions from their beginning to their end, committed records only.
 *
 * <p>The end is the <em>high watermark</em> when {@link #read} is called, and not the last stable
 * offset, at which a read_committed consumer believes to be done: a transaction that is still
 * pending, or committed with its marker on the way, lies between the two. So the read waits until
 * every transaction that began before the end is committed (its records are delivered) or aborted
 * (they are not). Whoever claims a queue has then seen all that any former owner will ever have
 * committed to it.
 *
 * <p>A transaction left open by a dead producer ends after its transaction timeout; give more time
 * than that, or fence the producer first.
 *
 * <p>One reader may be used again and again, by one thread at a time.
 */
public final class ReadToEnd implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final StandaloneConsumer consumer;
  private final Admin admin;

  /** Opens the connections; {@link #close()} ends them. */
  public ReadToEnd(ClientConfig config) {
    consumer = new StandaloneConsumer(config.consumer());
    try {
      admin = Admin.create(config.admin());
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
  }

  /**
   * Reads all of {@code partitions} side by side. Records of one partition come in their order, and
   * none at or after its end.
   *
   * @param timeout how long it may come no further; the whole takes as long as there is to read
   * @param onRecord called on this thread; what it throws ends the read
   * @return the end of each partition: the offset where a further read would start
   * @throws ReadTimeoutException if it came no further; records were delivered by then
   */
  public Map<TopicPartition, Long> read(
      Collection<TopicPartition> partitions,
      Duration timeout,
      Consumer<ConsumerRecord<byte[], byte[]>> onRecord)
      throws ReadTimeoutException, InterruptedException {
    if (partitions.isEmpty()) {
      return Map.of();
    }
    long deadline = System.nanoTime() + timeout.toNanos();
    Map<TopicPartition, Long> ends = LogEnds.of(admin, partitions, timeout);
    consumer.assign(partitions);
    try {
      consumer.seekToBeginning(partitions);
      Set<TopicPartition> pending = new HashSet<>(partitions);
      while (true) {
        settle(pending, ends, deadline);
        if (pending.isEmpty()) {
          return Map.copyOf(ends);
        }
        if (System.nanoTime() >= deadline) {
          throw timedOut(pending, ends, timeout);
        }
        ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
        if (!records.isEmpty()) {
          deadline = System.nanoTime() + timeout.toNanos();
        }
        for (ConsumerRecord<byte[], byte[]> record : records) {
          if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
            onRecord.accept(record);
          }
        }
      }
    } catch (TimeoutException e) {
      throw new ReadTimeoutException(
          "reading %s: no answer within %d ms; check the brokers"
              .formatted(partitions, timeout.toMillis()),
          e);
    } finally {
      consumer.unsubscribe();
    }
  }

  /** Drops the partitions that came to their end, and fetches no more of them. */
  private void settle(Set<TopicPartition> pending, Map<TopicPartition, Long> ends, long deadline) {
    for (TopicPartition partition : List.copyOf(pending)) {
      var left = Duration.ofNanos(Math.max(1_000_000, deadline - System.nanoTime()));
      if (consumer.position(partition, left) >= ends.get(partition)) {
        pending.remove(partition);
        consumer.pause(List.of(partition));
      }
    }
  }

  private ReadTimeoutException timedOut(
      Set<TopicPartition> pending, Map<TopicPartition, Long> ends, Duration timeout) {
    var positions = new TreeMap<String, String>();
    for (TopicPartition partition : pending) {
      positions.put(
          partition.toString(), consumer.position(partition, POLL) + " of " + ends.get(partition));
    }
    return new ReadTimeoutException(
        "read only to "
            + positions
            + ", and no further for "
            + timeout.toMillis()
            + " ms; a producer holds a transaction open there (it ends after its"
            + " transaction.timeout.ms, see kafka-transactions.sh find-hanging), or the brokers are"
            + " slow",
        null);
  }

  /** Ends the connections. */
  @Override
  public void close() {
    try (admin;
        consumer) {
      consumer.unsubscribe();
    }
  }
}
