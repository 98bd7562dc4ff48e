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
import java.util.concurrent.locks.ReentrantLock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Follows the topics of alerts and decisions, which every instance can, coordinator or not. */
final class NewsLog implements News, AutoCloseable {

  private static final Duration REACH = Duration.ofSeconds(5);

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
  public void skip() {
    lock.lock();
    try {
      consumer.seekToEnd(List.of(alerts, decisions));
      // The end as it is now, and not as it is when somebody reads.
      consumer.position(alerts, REACH);
      consumer.position(decisions, REACH);
    } catch (KafkaException e) {
      throw away(e);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Latest next() {
    lock.lock();
    try {
      List<Alert> newAlerts = new ArrayList<>();
      List<Decision> newDecisions = new ArrayList<>();
      for (ConsumerRecord<byte[], byte[]> r : consumer.poll(POLL)) {
        if (r.topic().equals(alerts.topic())) {
          alertOf.decode(r).ifPresent(newAlerts::add);
        } else {
          decisionOf.decode(r).ifPresent(newDecisions::add);
        }
      }
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
