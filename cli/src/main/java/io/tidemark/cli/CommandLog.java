package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.client.StandaloneConsumer;
import io.tidemark.kafka.command.CommandWriter;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Writes commands and hears what the coordinator decides. For one thread. */
final class CommandLog implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration REACH = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(100);

  private final String topic;
  private final String servers;
  private final RecordDecoder<Decision> decoder;
  private final StandaloneConsumer decisions;
  private final CommandWriter writer;

  /** Listens from now on: a decision that comes faster than it can be waited for is not missed. */
  CommandLog(ClientConfig kafka, Topics topics) {
    this.topic = topics.commands();
    this.servers = kafka.bootstrapServers();
    this.decoder = RecordDecoder.of(kafka.serdes(), Decision.class, Lookup::warn);
    this.decisions = new StandaloneConsumer(kafka.consumer());
    try {
      List<TopicPartition> all = List.of(new TopicPartition(topics.decisions(), 0));
      decisions.assign(all);
      decisions.seekToEnd(all);
      decisions.position(all.get(0), REACH);
      this.writer = new CommandWriter(kafka, topic, PATIENCE);
    } catch (RuntimeException e) {
      decisions.close();
      throw e;
    }
  }

  /**
   * Appends a command; on return it is safe on all in-sync replicas.
   *
   * @throws KafkaUnreachableException if Kafka did not say so in time
   */
  void send(Command command) throws KafkaUnreachableException, InterruptedException {
    try {
      writer.write(command);
    } catch (KafkaException e) {
      throw new KafkaUnreachableException(
          "Kafka at %s did not take the command into %s: %s; it may still be there: run it again with --command-id %s, and it is obeyed once"
              .formatted(servers, topic, e.getMessage(), command.getCommandId()),
          e);
    }
  }

  /** What the coordinator decided on a command; empty if it did not in time. */
  Optional<Decision> decision(String commandId, Duration within) {
    long deadline = System.nanoTime() + within.toNanos();
    do {
      for (ConsumerRecord<byte[], byte[]> r : decisions.poll(POLL)) {
        Optional<Decision> d =
            decoder.decode(r).filter(x -> x.getCommand().getCommandId().equals(commandId));
        if (d.isPresent()) {
          return d;
        }
      }
    } while (System.nanoTime() - deadline < 0);
    return Optional.empty();
  }

  @Override
  public void close() {
    try (decisions) {
      writer.close();
    }
  }
}
