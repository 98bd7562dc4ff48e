package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark wait}: blocks until a backfill is over. */
@Command(
    name = "wait",
    mixinStandardHelpOptions = true,
    description =
        "Wait until a backfill is over, and tell how it ended. Exit code 0 if it is complete, 3 if"
            + " partitions failed, 5 if the time ran out first or Kafka was away for two minutes.",
    footer = {
      "",
      "Examples:",
      "  tidemark wait orders-copy-1a2b3c4d",
      "  tidemark wait orders-copy-1a2b3c4d --timeout 2h --output json"
    })
final class WaitCommand implements Callable<Integer> {

  @Parameters(paramLabel = "ID", description = "The backfill.")
  private String id;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      description = "Wait at most so long, such as 30s, 10m or 2h. Default: without end.")
  private String timeout;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    Duration atMost = atMost();
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    Lookup.queues(clients, topics.progress());
    try (Interruption interruption = new Interruption(ExitCode.INTERRUPTED);
        ProgressFeed feed = ProgressFeed.open(clients, topics);
        Contact contact = new Contact(clients)) {
      if (feed.of(id).isEmpty()) {
        // Planned a moment ago, perhaps: the reconciler's first report is on its way.
        Lookup.requirePlanned(id, clients, topics);
      }
      Optional<Progress> last = Watch.untilOver(feed, id, interruption, atMost, contact::lost);
      if (interruption.asked()) {
        return ExitCode.INTERRUPTED;
      }
      if (contact.lost() && last.filter(ProgressFeed::ended).isEmpty()) {
        throw contact.failure();
      }
      Progress p = last.orElseThrow(() -> StatusCommand.unreported(id));
      if (output.json()) {
        OutputOption.print(Summary.json(p));
      } else {
        System.out.println(Summary.text(p, FailedPartitions.of(p, clients, topics)));
      }
      if (!ProgressFeed.ended(p)) {
        System.err.println("tidemark: " + id + " is not over after " + timeout);
        return ExitCode.UNREACHABLE;
      }
      return ProgressFeed.exitCode(p);
    }
  }

  private Duration atMost() throws CliException {
    if (timeout == null) {
      return Duration.ofDays(3650);
    }
    return Durations.of("--timeout", timeout);
  }
}
