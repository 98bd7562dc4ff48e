package io.tidemark.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Model.UsageMessageSpec;

/** What every verb's help says besides its own: exit codes, environment, then its examples. */
final class Help {

  private static final Map<Integer, String> CODES = codes();

  /** Codes beyond those that every verb may end with, of the verbs that watch a backfill's end. */
  private static final Map<String, Set<Integer>> MORE =
      Map.of(
          "demo", Set.of(ExitCode.MISMATCH, ExitCode.INTERRUPTED),
          "run", Set.of(ExitCode.FAILED_PARTITIONS, ExitCode.INTERRUPTED),
          "wait", Set.of(ExitCode.FAILED_PARTITIONS, ExitCode.INTERRUPTED),
          "tail", Set.of(ExitCode.INTERRUPTED),
          "plan", Set.of(ExitCode.INTERRUPTED),
          "tidemark", CODES.keySet());

  private static final Set<Integer> EVERY =
      Set.of(ExitCode.DONE, ExitCode.INTERNAL, ExitCode.USAGE, ExitCode.UNREACHABLE);

  private static final List<String> ENVIRONMENT =
      List.of(
          "",
          "Environment:",
          "  JAVA_HOME           A JDK of 21 or newer; else one is looked for.",
          "  TIDEMARK_CLASSPATH  Jars of other connectors and drivers, such as /opt/jars/*.",
          "  TIDEMARK_DEBUG      true: as --debug.",
          "  TIDEMARK_OPTS       Options for the JVM, such as -Xmx2g.",
          "  Others              As specs and --command-config name them: $${env:NAME}.");

  private Help() {}

  private static Map<Integer, String> codes() {
    Map<Integer, String> codes = new LinkedHashMap<>();
    codes.put(ExitCode.DONE, "done");
    codes.put(ExitCode.INTERNAL, "an error in Tidemark itself");
    codes.put(ExitCode.USAGE, "the command line or the spec is wrong, or what is asked is refused");
    codes.put(ExitCode.FAILED_PARTITIONS, "finished with failed or cancelled partitions");
    codes.put(ExitCode.MISMATCH, "source and sink differ");
    codes.put(
        ExitCode.UNREACHABLE, "Kafka, source or sink cannot be reached, or did not answer in time");
    codes.put(ExitCode.INTERRUPTED, "interrupted; run the same command again to go on");
    return codes;
  }

  /** Adds all that to a command and its verbs. */
  static CommandLine explained(CommandLine cli) {
    explain(cli);
    cli.getSubcommands().values().forEach(Help::explain);
    return cli;
  }

  private static void explain(CommandLine verb) {
    UsageMessageSpec usage = verb.getCommandSpec().usageMessage();
    Set<Integer> more = MORE.getOrDefault(verb.getCommandName(), Set.of());
    List<String> footer = new ArrayList<>();
    footer.add("");
    footer.add("Exit codes:");
    CODES.forEach(
        (code, meaning) -> {
          if (EVERY.contains(code) || more.contains(code)) {
            footer.add("  %3d  %s".formatted(code, meaning));
          }
        });
    footer.addAll(ENVIRONMENT);
    footer.addAll(List.of(usage.footer()));
    usage.footer(footer.toArray(String[]::new)).width(100);
  }
}
