package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.topic.Topics;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tidemark audit}: who asked for what, and what was answered. */
@picocli.CommandLine.Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    description =
        "List what was asked of backfills in the last 30 days: who, when, what, why, and what the"
            + " coordinator answered; the newest last.",
    footer = {
      "",
      "Examples:",
      "  tidemark audit",
      "  tidemark audit orders-copy-1a2b3c4d --output json"
    })
final class AuditCommand implements Callable<Integer> {

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this backfill.")
  private String id;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  /**
   * A command, and its decision if there is one.
   *
   * @param decision empty while no reconciler has decided
   */
  private record Act(Command command, Optional<Decision> decision) {}

  @Override
  public Integer call() throws Exception {
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    // Both, for either may be gone already: each is kept for a month of its own.
    Map<String, Act> acts = new LinkedHashMap<>();
    Lookup.read(
        clients,
        topics.commands(),
        Command.class,
        c -> acts.putIfAbsent(c.getCommandId(), new Act(c, Optional.empty())));
    Lookup.read(
        clients,
        topics.decisions(),
        Decision.class,
        d -> acts.put(d.getCommand().getCommandId(), new Act(d.getCommand(), Optional.of(d))));
    List<Act> shown =
        acts.values().stream()
            .filter(a -> id == null || a.command().getBackfillId().equals(id))
            .sorted(Comparator.comparingLong(a -> a.command().getAt()))
            .toList();
    shown.forEach(this::show);
    if (shown.isEmpty() && !output.json()) {
      System.out.println("nothing was asked" + (id == null ? "" : " of " + id));
    }
    return ExitCode.DONE;
  }

  private void show(Act a) {
    if (output.json()) {
      OutputOption.print(Steering.json(a.command(), a.decision()));
    } else {
      System.out.println(text(a.command(), a.decision()));
    }
  }

  static String text(Command c, Optional<Decision> decision) {
    String arguments =
        new TreeMap<>(c.getArguments())
            .entrySet().stream()
                .map(e -> " " + e.getKey() + "=" + e.getValue())
                .collect(Collectors.joining());
    String answer =
        decision
            .map(d -> (d.getAccepted() ? "accepted: " : "REFUSED: ") + d.getAnswer())
            .orElse("not decided yet: is a reconciler running?");
    return "%s  %s  %s%s  by %s%s%n    %s"
        .formatted(
            Instant.ofEpochMilli(c.getAt()),
            Terminal.plain(c.getBackfillId()),
            Steering.verb(c),
            Terminal.plain(arguments),
            Terminal.plain(c.getWho()),
            c.getWhy().isEmpty() ? "" : ": " + Terminal.plain(c.getWhy()),
            Terminal.plain(answer));
  }
}
