package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.topic.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What the verbs have in common that ask the coordinator for something. */
final class Steering {

  @Parameters(paramLabel = "ID", description = "The backfill.")
  private String id;

  @Option(
      names = "--why",
      defaultValue = "",
      paramLabel = "TEXT",
      description = "Why: kept with the command, and shown to everybody. No secrets here.")
  private String why;

  @Option(
      names = "--who",
      paramLabel = "NAME",
      description = "Who asks: kept with the command. Default: this user at this host.")
  private String who;

  @Option(
      names = "--timeout",
      defaultValue = "30s",
      paramLabel = "DURATION",
      description =
          "How long to wait for the answer, such as 10s or 2m; the command stays. Default:"
              + " ${DEFAULT-VALUE}.")
  private String timeout;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  String id() {
    return id;
  }

  /**
   * Writes the command, waits for the decision, and tells it.
   *
   * @return the exit code
   */
  int ask(CommandType type, Map<String, String> arguments) throws Exception {
    Duration within = Durations.of("--timeout", timeout);
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    Lookup.requirePlanned(id, clients, topics);
    Command command =
        new Command(
            UUID.randomUUID().toString(),
            id,
            type,
            arguments,
            who == null ? userAtHost() : who,
            why,
            Instant.now().toEpochMilli());
    try (CommandLog log = new CommandLog(clients, topics)) {
      log.send(command);
      return tell(command, log.decision(command.getCommandId(), within));
    }
  }

  private int tell(Command command, Optional<Decision> decision) throws CliException {
    if (output.json()) {
      OutputOption.print(json(command, decision));
    }
    if (decision.isEmpty()) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "%s %s was not answered within %s. The command is in the log, and will be obeyed when a reconciler runs: is one up? Start it with `tidemark reconciler`, and see `tidemark audit %s`"
              .formatted(verb(command), id, timeout, id));
    }
    String words = Terminal.plain(decision.get().getAnswer());
    if (!decision.get().getAccepted()) {
      throw new CliException(
          ExitCode.USAGE, "%s %s is refused: %s".formatted(verb(command), id, words));
    }
    if (!output.json()) {
      System.out.println(verb(command) + " " + id + ": " + words);
    }
    return ExitCode.DONE;
  }

  /** The object that scripts get; {@code accepted} and {@code answer} are null while undecided. */
  static Map<String, Object> json(Command c, Optional<Decision> decision) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("backfill", c.getBackfillId());
    out.put("command", verb(c));
    out.put("arguments", c.getArguments());
    out.put("command_id", c.getCommandId());
    out.put("who", c.getWho());
    out.put("why", c.getWhy());
    out.put("at", c.getAt());
    out.put("accepted", decision.map(Decision::getAccepted).orElse(null));
    out.put("answer", decision.map(Decision::getAnswer).orElse(null));
    out.put("decided_at", decision.map(Decision::getAt).orElse(null));
    return out;
  }

  static String verb(Command c) {
    return c.getType().name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private static String userAtHost() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      host = "unknown-host";
    }
    return System.getProperty("user.name", "unknown") + "@" + host;
  }
}
