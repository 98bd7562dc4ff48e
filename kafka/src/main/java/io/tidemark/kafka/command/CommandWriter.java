package io.tidemark.kafka.command;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Command;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes commands to their topic, for somebody who waits. */
public final class CommandWriter implements AutoCloseable {

  private final String topic;
  private final KafkaProducer<String, Command> producer;

  /**
   * A writer that has not written yet.
   *
   * @param kafka how to reach Kafka
   * @param topic the commands topic
   * @param patience how long a write may take
   */
  public CommandWriter(ClientConfig kafka, String topic, Duration patience) {
    int ms = (int) patience.toMillis();
    Map<String, Object> own = kafka.producer();
    own.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ms);
    own.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ms);
    own.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ms / 2);
    own.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    this.topic = topic;
    this.producer =
        new KafkaProducer<>(own, new StringSerializer(), kafka.serdes().of(Command.class));
  }

  /**
   * Appends a command; on return it is safe on all in-sync replicas.
   *
   * @throws KafkaException if Kafka did not say so in time: it may be in the log or not
   */
  public void write(Command command) throws InterruptedException {
    try {
      producer.send(new ProducerRecord<>(topic, command.getBackfillId(), command)).get();
    } catch (ExecutionException e) {
      throw new KafkaException(e.getCause().getMessage(), e.getCause());
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
