package io.tidemark.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The command {@code tidemark}. Loads no more than the verb that was asked for needs. */
@Command(
    name = "tidemark",
    description = "Exactly-once backfills on Kafka: planned, fenced, checkpointed, reconciled.",
    mixinStandardHelpOptions = true,
    version = "tidemark 0.1.0",
    synopsisSubcommandLabel = "VERB",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      BrokerCommand.class,
      PlanCommand.class,
      WorkerCommand.class,
      ReconcilerCommand.class,
      StatusCommand.class,
      WaitCommand.class,
      TailCommand.class,
      DeadLettersCommand.class,
      OrphansCommand.class,
      PauseCommand.class,
      ResumeCommand.class,
      CancelCommand.class,
      RetryCommand.class,
      ThrottleCommand.class,
      ApproveCommand.class,
      ArchiveCommand.class,
      AuditCommand.class,
      AlertsCommand.class,
      DoctorCommand.class,
      CompletionCommand.class
    },
    footer = {
      "",
      "Examples:",
      "  tidemark demo",
      "  tidemark run examples/parquet-to-csv.yaml",
      "  tidemark run --help"
    })
public final class Main {

  @Option(
      names = "--debug",
      scope = ScopeType.INHERIT,
      description = "Show the stack trace of an error, and log more; so does TIDEMARK_DEBUG=true.")
  private boolean debug;

  @Option(
      names = "--log-format",
      scope = ScopeType.INHERIT,
      paramLabel = "FORMAT",
      description =
          "What a line of the log looks like: text, or json, one object a line; so does"
              + " TIDEMARK_LOG_FORMAT. Default: text.")
  private Logging.Format logFormat;

  private Main() {}

  private boolean debug() {
    return debug || Boolean.parseBoolean(System.getenv("TIDEMARK_DEBUG"));
  }

  private Logging.Format logFormat() {
    if (logFormat != null) {
      return logFormat;
    }
    boolean json = "json".equalsIgnoreCase(System.getenv("TIDEMARK_LOG_FORMAT"));
    return json ? Logging.Format.JSON : Logging.Format.TEXT;
  }

  /** The command with all verbs, to look at. */
  static CommandLine commandLine() {
    return Help.explained(new CommandLine(new Main()));
  }

  /** Runs a verb and exits with its code. */
  public static void main(String[] args) {
    System.exit(run(args));
  }

  /** Runs a verb. */
  static int run(String... args) {
    Main main = new Main();
    CommandLine cli =
        Help.explained(new CommandLine(main))
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler(
                (e, command, parsed) -> Errors.report(e, main.debug(), main.logFormat()))
            .setExecutionStrategy(
                parsed -> {
                  Integer helped = CommandLine.executeHelpRequest(parsed);
                  if (helped != null) {
                    return helped;
                  }
                  Logging.configure(parsed, main.debug(), main.logFormat());
                  return new CommandLine.RunLast().execute(parsed);
                });
    if (args.length == 0) {
      cli.usage(System.out);
      return ExitCode.USAGE;
    }
    return cli.execute(args);
  }
}
