package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.topic.Topics;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark alerts}: what a person should know. */
@Command(
    name = "alerts",
    mixinStandardHelpOptions = true,
    description =
        "List the alerts that stand, each with what to do; the newest last. With --all, those of the"
            + " last 30 days that are over, too.",
    footer = {
      "",
      "Examples:",
      "  tidemark alerts",
      "  tidemark alerts orders-copy-1a2b3c4d --all --output json"
    })
final class AlertsCommand implements Callable<Integer> {

  @Parameters(arity = "0..1", paramLabel = "ID", description = "Only this backfill.")
  private String id;

  @Option(names = "--all", description = "Those that are over, too.")
  private boolean all;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    // One condition is told several times: when it begins, gets worse, and is over.
    Map<String, Alert> newest = new LinkedHashMap<>();
    Lookup.read(clients, topics.alerts(), Alert.class, a -> newest.put(a.getAlertId(), a));
    List<Alert> shown =
        newest.values().stream()
            .filter(a -> id == null || a.getBackfillId().equals(id))
            .filter(a -> all || a.getResolvedAt() == null)
            .sorted(Comparator.comparingLong(Alert::getAt))
            .toList();
    shown.forEach(this::show);
    if (shown.isEmpty() && !output.json()) {
      System.out.println(all ? "no alerts" : "no alert stands");
    }
    return ExitCode.DONE;
  }

  private void show(Alert a) {
    if (output.json()) {
      OutputOption.print(json(a));
    } else {
      System.out.println(text(a));
    }
  }

  private static Map<String, Object> json(Alert a) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("alert_id", a.getAlertId());
    out.put("backfill", a.getBackfillId());
    out.put("partition", a.getPartitionId());
    out.put("kind", a.getKind());
    out.put("severity", a.getSeverity().name());
    out.put("message", a.getMessage());
    out.put("remedy", a.getRemedy());
    out.put("at", a.getAt());
    out.put("resolved_at", a.getResolvedAt());
    return out;
  }

  static String text(Alert a) {
    return "%s  %s  %s  %s: %s%n    %s"
        .formatted(
            Instant.ofEpochMilli(a.getAt()),
            a.getSeverity(),
            Terminal.plain(a.getBackfillId()),
            Terminal.plain(a.getKind()),
            Terminal.plain(a.getMessage()),
            a.getResolvedAt() == null
                ? Terminal.plain(a.getRemedy())
                : "over since " + Instant.ofEpochMilli(a.getResolvedAt()));
  }
}
