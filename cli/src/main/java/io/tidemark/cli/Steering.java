package io.tidemark.cli;

import io.tidemark.core.coordinator.CommandIds;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.topic.Topics;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
      names = "--command-id",
      paramLabel = "ID",
      description =
          "Names this command, so that a script that runs twice asks once: what comes again under the"
              + " same id within 30 days gets the answer it got before, and changes nothing. "
              + CommandIds.RULE
              + ". Default: a new one each time.")
  private String commandId;

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
    if (commandId != null && !CommandIds.valid(commandId)) {
      throw new CliException(
          ExitCode.USAGE,
          "--command-id '%s' has not %s".formatted(Terminal.plain(commandId), CommandIds.RULE));
    }
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    Command command =
        new Command(
            commandId == null ? UUID.randomUUID().toString() : commandId,
            id,
            type,
            arguments,
            who == null ? userAtHost() : who,
            why,
            Instant.now().toEpochMilli());
    Optional<Decision> before =
        commandId == null ? Optional.empty() : decided(commandId, clients, topics);
    if (before.isPresent()) {
      return tell(command, before);
    }
    // Not sooner: who asks again for an archive gets its answer, though the backfill is gone.
    Lookup.requirePlanned(id, clients, topics);
    try (CommandLog log = new CommandLog(clients, topics)) {
      log.send(command);
      return tell(command, log.decision(command.getCommandId(), within));
    }
  }

  private static Optional<Decision> decided(String command, ClientConfig clients, Topics topics)
      throws Exception {
    List<Decision> found = new ArrayList<>();
    Lookup.read(
        clients,
        topics.decisions(),
        Decision.class,
        d -> {
          if (d.getCommand().getCommandId().equals(command)) {
            found.add(d);
          }
        });
    return found.stream().findFirst();
  }

  private int tell(Command command, Optional<Decision> decision) throws CliException {
    if (decision.isPresent() && !CommandIds.same(command, decision.get().getCommand())) {
      Command other = decision.get().getCommand();
      throw new CliException(
          ExitCode.USAGE,
          "--command-id %s was used for another command, %s of %s; leave it out, or take a new one"
              .formatted(commandId, verb(other), Terminal.plain(other.getBackfillId())));
    }
    if (output.json()) {
      OutputOption.print(json(command, decision));
    }
    if (decision.isEmpty()) {
      throw new CliException(
          ExitCode.UNREACHABLE,
          "%s %s was not answered within %s. The command is in the log, and will be obeyed when a reconciler runs: is one up? Start it with `tidemark reconciler`, and see `tidemark audit %s`. Run again with --command-id %s, it waits for the same answer"
              .formatted(verb(command), id, timeout, id, command.getCommandId()));
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
