package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.kafka.client.KafkaUnreachableException;
import io.tidemark.kafka.client.Reachable;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How to reach Kafka, with the flags of Kafka's own tools, and which topics are ours there. */
final class KafkaOptions {

  private static final Duration REACH = Duration.ofSeconds(10);

  @Option(
      names = "--bootstrap-server",
      paramLabel = "HOST:PORT",
      description = "Kafka brokers, separated by commas. Default: localhost:9092.")
  private String bootstrapServer;

  @Option(
      names = "--command-config",
      paramLabel = "FILE",
      description =
          "Properties for the Kafka clients (security, timeouts); values may be references such as"
              + " $${env:KAFKA_PASSWORD}.")
  private Path commandConfig;

  @Option(
      names = "--namespace",
      defaultValue = "tidemark",
      paramLabel = "NAME",
      description = "First part of all topic names. Default: ${DEFAULT-VALUE}.")
  private String namespace;

  /** Settings of the clients. */
  ClientConfig clients() throws ClientConfigException {
    if (commandConfig != null) {
      return ClientConfig.load(Optional.ofNullable(bootstrapServer), commandConfig);
    }
    return ClientConfig.of(bootstrapServer == null ? "localhost:9092" : bootstrapServer);
  }

  /**
   * Settings of the clients of a Kafka that answers.
   *
   * @throws KafkaUnreachableException if it does not
   */
  ClientConfig reached()
      throws ClientConfigException, KafkaUnreachableException, InterruptedException {
    ClientConfig clients = clients();
    Reachable.check(clients.admin(), REACH);
    return clients;
  }

  Topics topics() throws CliException {
    try {
      return new Topics(namespace);
    } catch (IllegalArgumentException e) {
      throw new CliException(ExitCode.USAGE, "--namespace: " + e.getMessage());
    }
  }

  String namespace() {
    return namespace;
  }
}
