package io.tidemark.reconciler.app;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Follows the topics of alerts and decisions, which every instance can, coordinator or not. */
final class NewsLog implements News, AutoCloseable {

  private static final Duration REACH = Duration.ofSeconds(5);

  private static final Duration LATELY = Duration.ofMinutes(1);

  /** Long enough for a fetch to come back at once with what is there. */
  private static final Duration POLL = Duration.ofMillis(50);

  private final TopicPartition alerts;
  private final TopicPartition decisions;
  private final RecordDecoder<Alert> alertOf;
  private final RecordDecoder<Decision> decisionOf;
  private final ReentrantLock lock = new ReentrantLock();

  /** Guarded by {@link #lock}. */
  private final StandaloneConsumer consumer;

  NewsLog(ClientConfig kafka, Topics topics) {
    this.alerts = new TopicPartition(topics.alerts(), 0);
    this.decisions = new TopicPartition(topics.decisions(), 0);
    this.alertOf = RecordDecoder.of(kafka.serdes(), Alert.class);
    this.decisionOf = RecordDecoder.of(kafka.serdes(), Decision.class);
    this.consumer = new StandaloneConsumer(kafka.consumer());
    consumer.assign(List.of(alerts, decisions));
  }

  @Override
  public Latest lately() {
    return read(this::rewind);
  }

  @Override
  public Latest next() {
    return read(Map::of);
  }

  /** Goes back to what came a minute ago; returns the ends as they are now. */
  private Map<TopicPartition, Long> rewind() {
    long since = System.currentTimeMillis() - LATELY.toMillis();
    Map<TopicPartition, Long> ends = consumer.endOffsets(List.of(alerts, decisions), REACH);
    Map<TopicPartition, OffsetAndTimestamp> from =
        consumer.offsetsForTimes(Map.of(alerts, since, decisions, since), REACH);
    ends.forEach(
        (partition, end) -> {
          OffsetAndTimestamp first = from.get(partition);
          consumer.seek(partition, first == null ? end : first.offset());
        });
    return ends;
  }

  /**
   * Reads what is there, and at least up to these offsets.
   *
   * @throws NotHereException if that cannot be done now
   */
  private Latest read(Supplier<Map<TopicPartition, Long>> upTo) {
    lock.lock();
    try {
      List<Alert> newAlerts = new ArrayList<>();
      List<Decision> newDecisions = new ArrayList<>();
      Map<TopicPartition, Long> ends = upTo.get();
      long deadline = System.nanoTime() + REACH.toNanos();
      do {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
          if (r.topic().equals(alerts.topic())) {
            alertOf.decode(r).ifPresent(newAlerts::add);
          } else {
            decisionOf.decode(r).ifPresent(newDecisions::add);
          }
        }
        if (System.nanoTime() - deadline > 0) {
          throw new TimeoutException("read only a part within " + REACH.toSeconds() + " s");
        }
      } while (ends.entrySet().stream()
          .anyMatch(e -> consumer.position(e.getKey(), REACH) < e.getValue()));
      return new Latest(newAlerts, newDecisions);
    } catch (KafkaException e) {
      throw away(e);
    } finally {
      lock.unlock();
    }
  }

  private NotHereException away(KafkaException e) {
    return new NotHereException(
        "Kafka does not tell what is new in %s and %s now: %s"
            .formatted(alerts.topic(), decisions.topic(), e.getMessage()),
        e);
  }

  @Override
  public void close() {
    lock.lock();
    try {
      consumer.close();
    } finally {
      lock.unlock();
    }
  }
}
