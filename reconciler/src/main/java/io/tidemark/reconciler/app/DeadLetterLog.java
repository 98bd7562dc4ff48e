package io.tidemark.reconciler.app;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadTimeoutException;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.reconciler.flow.DeadLetters;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the dead letters of a domain from their topic, when somebody asks: they are few, and nobody
 * keeps them in a store.
 */
final class DeadLetterLog implements DeadLetters {

  private static final Logger LOG = LoggerFactory.getLogger(DeadLetterLog.class);

  /** Records that are looked at for one answer. */
  private static final int MAX_RECORDS = 100_000;

  private static final int READERS = 2;
  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final ClientConfig clients;
  private final Topics topics;
  private final Map<String, Integer> queues;
  private final Semaphore readers = new Semaphore(READERS);

  /**
   * @param queues of each domain
   */
  DeadLetterLog(ClientConfig clients, Topics topics, Map<String, Integer> queues) {
    this.clients = clients;
    this.topics = topics;
    this.queues = queues;
  }

  /** Ends a read early. */
  private static final class Enough extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  @Override
  public void each(Progress backfill, Consumer<DeadLetter> visitor) throws InterruptedException {
    if (!readers.tryAcquire()) {
      throw new NotHereException("dead letters are being read for others; try again", null);
    }
    String topic = topics.deadLetters(backfill.getDomain());
    RecordSerde<DeadLetter> serde = clients.serdes().of(DeadLetter.class);
    int[] seen = {0};
    try (ReadToEnd reader = new ReadToEnd(clients)) {
      reader.read(
          IntStream.range(0, queues.getOrDefault(backfill.getDomain(), 0))
              .mapToObj(q -> new TopicPartition(topic, q))
              .toList(),
          TIMEOUT,
          record -> {
            if (++seen[0] > MAX_RECORDS) {
              throw new Enough();
            }
            letter(serde, topic, record.value(), backfill.getBackfillId(), visitor);
          });
    } catch (Enough e) {
      return; // As promised.
    } catch (ReadTimeoutException | KafkaException e) {
      throw new NotHereException("the dead letters cannot be read now: " + e.getMessage(), e);
    } finally {
      readers.release();
    }
  }

  private static void letter(
      RecordSerde<DeadLetter> serde,
      String topic,
      byte[] value,
      String backfill,
      Consumer<DeadLetter> visitor) {
    try {
      DeadLetter letter = serde.deserialize(topic, value);
      if (letter != null && letter.getBackfillId().equals(backfill)) {
        visitor.accept(letter);
      }
    } catch (SerializationException e) {
      // One that makes no sense is no reason to tell nothing of the others.
      LOG.warn("passed over a dead letter in {}: {}", topic, e.getMessage());
    }
  }
}
