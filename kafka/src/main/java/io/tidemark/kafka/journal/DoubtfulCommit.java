package io.tidemark.kafka.journal;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A transaction whose commit was asked for.
 *
 * @param records what it wrote
 * @param written where it wrote them
 * @param offsets the group offsets it carried
 * @param groupId whose offsets they are
 */
record DoubtfulCommit(
    List<Append> records,
    Committed written,
    Map<TopicPartition, OffsetAndMetadata> offsets,
    String groupId) {

  private static final Duration POLL = Duration.ofMillis(100);

  /**
   * Finds out whether it was committed, once no producer can change that any more.
   *
   * @return itself if committed, empty if aborted
   * @throws KafkaException if Kafka does not answer in time
   */
  Optional<Committed> settle(ClientConfig config, Duration timeout) {
    boolean committed =
        records.isEmpty()
            ? offsetsStand(config, timeout)
            : isVisible(config, records.getFirst().to(), written.offsets().getFirst(), timeout);
    return committed ? Optional.of(written) : Optional.empty();
  }

  private static boolean isVisible(
      ClientConfig config, TopicPartition partition, long offset, Duration timeout) {
    long deadline = System.nanoTime() + timeout.toNanos();
    try (var consumer = new StandaloneConsumer(config.consumer())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
      while (System.nanoTime() < deadline) {
        for (ConsumerRecord<byte[], byte[]> first : consumer.poll(POLL)) {
          return first.offset() == offset;
        }
        // Passed it without seeing it: aborted.
        if (consumer.position(partition) > offset) {
          return false;
        }
      }
    }
    throw new TimeoutException(
        "offset %d of %s cannot be read within %d ms"
            .formatted(offset, partition, timeout.toMillis()));
  }

  /**
   * Without records the offsets themselves are the evidence: the same offsets are the same fact.
   */
  private boolean offsetsStand(ClientConfig config, Duration timeout) {
    var spec = new ListConsumerGroupOffsetsSpec().topicPartitions(offsets.keySet());
    var options =
        new ListConsumerGroupOffsetsOptions()
            .requireStable(true)
            .timeoutMs(Math.toIntExact(timeout.toMillis()));
    try (Admin admin = Admin.create(config.admin())) {
      var found =
          admin
              .listConsumerGroupOffsets(Map.of(groupId, spec), options)
              .partitionsToOffsetAndMetadata(groupId)
              .get();
      return places(found).equals(places(offsets));
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause());
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private static Map<TopicPartition, Long> places(Map<TopicPartition, OffsetAndMetadata> offsets) {
    var places = new HashMap<TopicPartition, Long>();
    offsets.forEach(
        (partition, offset) -> places.put(partition, offset == null ? -1 : offset.offset()));
    return places;
  }
}
