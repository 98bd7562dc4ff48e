package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
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
    return steering.ask(CommandType.RETRY, Map.of("partition", id));
  }
}
