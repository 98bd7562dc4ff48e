package io.tidemark.reconciler.app;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.command.CommandWriter;
import io.tidemark.reconciler.flow.Commands;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.Command;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/** Writes commands, each safe on all in-sync replicas before the call returns. */
final class CommandLog implements Commands, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final String topic;
  private final CommandWriter writer;

  /**
   * @param kafka how to reach Kafka
   * @param topic the commands topic
   */
  CommandLog(ClientConfig kafka, String topic) {
    this.topic = topic;
    this.writer = new CommandWriter(kafka, topic, PATIENCE);
  }

  @Override
  public void send(Command command) throws InterruptedException {
    try {
      writer.write(command);
    } catch (KafkaException e) {
      throw new NotHereException(
          "Kafka does not take the command into "
              + topic
              + " now ("
              + e.getMessage()
              + "); send it again with the same command_id",
          e);
    }
  }

  @Override
  public void close() {
    writer.close();
  }
}
