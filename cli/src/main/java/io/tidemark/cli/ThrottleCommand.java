package io.tidemark.cli;

import io.tidemark.schemas.avro.CommandType;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark throttle}: limits how fast a backfill goes. */
@Command(
    name = "throttle",
    mixinStandardHelpOptions = true,
    description =
        "Limit how fast a backfill goes, over all workers together. What is set here stands in place"
            + " of the spec's limits until it is set again; what is not named stays as it is.",
    footer = {
      "",
      "Examples:",
      "  tidemark throttle orders-copy-1a2b3c4d --rows-per-second 20000 --why \"office hours\"",
      "  tidemark throttle orders-copy-1a2b3c4d --lanes 4",
      "  tidemark throttle orders-copy-1a2b3c4d --rows-per-second off --lanes off"
    })
final class ThrottleCommand implements Callable<Integer> {

  @Mixin private Steering steering;

  @Option(
      names = "--rows-per-second",
      paramLabel = "N|off",
      description = "Rows per second, at least 1; off: without limit.")
  private String rowsPerSecond;

  @Option(
      names = "--lanes",
      paramLabel = "N|off",
      description = "Partitions that run at the same time, at least 1; off: without limit.")
  private String lanes;

  @Override
  public Integer call() throws Exception {
    Map<String, String> arguments = new TreeMap<>();
    put(arguments, "--rows-per-second", "rows_per_second", rowsPerSecond);
    put(arguments, "--lanes", "lanes", lanes);
    if (arguments.isEmpty()) {
      throw new CliException(
          ExitCode.USAGE,
          "nothing to limit; give --rows-per-second or --lanes, each a number or off");
    }
    return steering.ask(CommandType.THROTTLE, arguments);
  }

  private static void put(Map<String, String> arguments, String option, String name, String value)
      throws CliException {
    if (value == null) {
      return;
    }
    if (!value.matches("off|[1-9][0-9]{0,11}")) {
      throw new CliException(
          ExitCode.USAGE,
          "%s must be a whole number from 1 on, or off, not '%s'"
              .formatted(option, Terminal.plain(value)));
    }
    arguments.put(name, value);
  }
}
