package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.topic.Topics;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark retry}: failed partitions are tried again. */
@Command(
    name = "retry",
    mixinStandardHelpOptions = true,
    description =
        "Try failed partitions again, each from where it stands: all of them, or one. One that is not FAILED is refused. Mend the"
            + " cause first; `tidemark status ID` names it.",
    footer = {
      "",
      "Examples:",
      "  tidemark retry orders-copy-1a2b3c4d --why \"disk is no longer full\"",
      "  tidemark retry orders-copy-1a2b3c4d --partition 000017"
    })
final class RetryCommand implements Callable<Integer> {

  @Mixin private Steering steering;
  @ArgGroup private Which which = new Which();

  /** Which partitions: one or the other. */
  static final class Which {

    @SuppressWarnings("UnusedVariable") // said only to be clear, and to exclude the other
    @Option(
        names = "--failed",
        description = "All partitions that failed. That is the default, too.")
    private boolean failed;

    @Option(
        names = "--partition",
        paramLabel = "P",
        description = "Only this one: its id, or the part behind the slash.")
    private String partition;
  }

  @Override
  public Integer call() throws Exception {
    if (which.partition == null) {
      return steering.ask(CommandType.RETRY, Map.of());
    }
    String id =
        which.partition.contains("/") ? which.partition : steering.id() + "/" + which.partition;
    return steering.ask(CommandType.RETRY, Map.of("partition", id), () -> requireFailed(id));
  }

  /**
   * The coordinator knows sums, and would reopen the backfill for a partition that need not be
   * tried again.
   */
  private void requireFailed(String id) throws Exception {
    ClientConfig clients = steering.kafka().clients();
    Topics topics = steering.kafka().topics();
    Map<String, PartitionState> found = new HashMap<>();
    Lookup.follow(
        clients,
        topics.ledger(Lookup.domain(steering.id(), clients, topics)),
        LedgerEntry.class,
        id,
        entry -> found.put(id, entry.map(LedgerEntry::getState).orElse(null)));
    PartitionState state = found.get(id);
    if (state != PartitionState.FAILED) {
      throw new CliException(
          ExitCode.USAGE,
          "retry %s is refused: %s"
              .formatted(
                  steering.id(),
                  state == null
                      ? "there is no partition %s; `tidemark status %s` names those that failed"
                          .formatted(id, steering.id())
                      : "%s is %s, and only what is FAILED is tried again".formatted(id, state)));
    }
  }
}
