package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.Commands;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.serde.AvroSerde;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes commands, each safe on all in-sync replicas before the call returns. */
final class CommandLog implements Commands, AutoCloseable {

  private static final int MAX_WAIT_MS = 10_000;

  private final String topic;
  private final KafkaProducer<String, Command> producer;

  /**
   * @param settings of an idempotent producer
   * @param topic the commands topic
   */
  CommandLog(Map<String, Object> settings, String topic) {
    this.topic = topic;
    Map<String, Object> patient = new HashMap<>(settings);
    // Somebody waits for the answer.
    patient.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, MAX_WAIT_MS);
    patient.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, MAX_WAIT_MS);
    patient.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, MAX_WAIT_MS / 2);
    patient.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    this.producer =
        new KafkaProducer<>(patient, new StringSerializer(), AvroSerde.of(Command.class));
  }

  @Override
  public void send(Command command) throws InterruptedException {
    try {
      producer.send(new ProducerRecord<>(topic, command.getBackfillId(), command)).get();
    } catch (ExecutionException e) {
      throw untaken(e.getCause());
    } catch (KafkaException e) {
      throw untaken(e);
    }
  }

  private NotHereException untaken(Throwable cause) {
    return new NotHereException(
        "Kafka does not take the command into "
            + topic
            + " now ("
            + cause.getMessage()
            + "); send it again with the same command_id",
        cause);
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
