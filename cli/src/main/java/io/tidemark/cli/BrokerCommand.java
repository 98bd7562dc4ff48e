package io.tidemark.cli;

import io.tidemark.kafka.embedded.EmbeddedBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark broker}: one Kafka broker, for development and small backfills. */
@Command(
    name = "broker",
    mixinStandardHelpOptions = true,
    description =
        "Run one Kafka broker on this machine until it is told to end. Its data stay in --data: a"
            + " later start goes on with them. It listens on 127.0.0.1 only. For production, use a"
            + " cluster.",
    footer = {
      "",
      "Examples:",
      "  tidemark broker",
      "  tidemark broker --port 9093 --data /var/lib/tidemark/broker"
    })
final class BrokerCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      defaultValue = "9092",
      paramLabel = "PORT",
      description = "Where clients connect; 0: any free port. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--data",
      defaultValue = ".tidemark/broker",
      paramLabel = "DIR",
      description = "Where it keeps everything. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Override
  public Integer call() throws InterruptedException, CliException {
    try (Interruption interruption = new Interruption(ExitCode.DONE);
        EmbeddedBroker broker = EmbeddedBroker.start(data, port, Map.of())) {
      System.out.println("broker ready at " + broker.bootstrapServers());
      System.out.flush();
      while (!interruption.await(Duration.ofMillis(500))) {
        if (broker.fault().isPresent()) {
          throw new CliException(
              ExitCode.UNREACHABLE, "the broker failed: " + broker.fault().get().getMessage());
        }
      }
    }
    return ExitCode.DONE;
  }
}
