package io.tidemark.reconciler.app;

import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.serde.AvroSerde;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.StringSerializer;

/** Writes commands, each safe on all in-sync replicas before the call returns. */
final class CommandLog implements Finisher.Commands, AutoCloseable {

  private final String topic;
  private final KafkaProducer<String, Command> producer;

  /**
   * @param settings of an idempotent producer
   * @param topic the commands topic
   */
  CommandLog(Map<String, Object> settings, String topic) {
    this.topic = topic;
    this.producer =
        new KafkaProducer<>(settings, new StringSerializer(), AvroSerde.of(Command.class));
  }

  @Override
  public void send(Command command) throws InterruptedException {
    try {
      producer.send(new ProducerRecord<>(topic, command.getBackfillId(), command)).get();
    } catch (ExecutionException e) {
      throw new KafkaException("cannot write to " + topic + ": " + e.getCause(), e.getCause());
    }
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(5));
  }
}
