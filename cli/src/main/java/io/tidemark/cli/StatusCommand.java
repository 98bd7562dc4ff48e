package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark status}: how backfills go. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    description =
        "Show all backfills, or one in detail, as the reconciler reports them. With --watch on a"
            + " terminal, a live view: progress, time left as an interval, what holds it up or back,"
            + " each partition that runs with its worker and how long it has not moved, and alerts;"
            + " q leaves. Elsewhere, or with --output json, a line a second. It ends when there is"
            + " nothing left to watch.",
    footer = {
      "",
      "Examples:",
      "  tidemark status",
      "  tidemark status orders-copy-1a2b3c4d --watch"
    })
final class StatusCommand implements Callable<Integer> {

  private static final Duration REFRESH = Duration.ofSeconds(1);
  private static final Duration KEY = Duration.ofMillis(100);

  @Parameters(arity = "0..1", paramLabel = "ID", description = "A backfill.")
  private String id;

  @Option(names = "--watch", description = "Show it again every second until it is over.")
  private boolean watch;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    Topics topics = kafka.topics();
    ClientConfig clients = kafka.reached();
    Lookup.queues(clients, topics.progress());
    boolean live = watch && !output.json() && Terminal.out();
    try (Interruption interruption = new Interruption(live ? ExitCode.DONE : ExitCode.INTERRUPTED);
        ProgressFeed feed = ProgressFeed.open(clients, topics);
        Contact contact = new Contact(clients)) {
      if (id != null) {
        requireKnown(feed, clients, topics);
      }
      if (live) {
        live(interruption, feed, contact, clients, topics);
        show(feed, clients, topics);
        return ExitCode.DONE;
      }
      boolean over;
      do {
        if (contact.lost()) {
          throw contact.failure();
        }
        over = show(feed, clients, topics);
      } while (watch && !over && !interruption.await(REFRESH));
    }
    return ExitCode.DONE;
  }

  /** Returns when the user leaves, or nothing of it will change any more. */
  private void live(
      Interruption interruption,
      ProgressFeed feed,
      Contact contact,
      ClientConfig clients,
      Topics topics)
      throws Exception {
    try (TopicFeed<WorkerHeartbeat> workers =
            TopicFeed.open(
                clients, topics.workers(), WorkerHeartbeat.class, WorkerHeartbeat::getWorkerId);
        TopicFeed<Alert> alerts =
            TopicFeed.open(clients, topics.alerts(), Alert.class, Alert::getAlertId);
        Screen screen = new Screen()) {
      while (!over(feed)) {
        if (contact.lost()) {
          throw contact.failure();
        }
        LiveView.State state =
            new LiveView.State(
                feed.all(), workers.all(), alerts.all(), Instant.now().toEpochMilli());
        Screen.Size size = screen.size();
        screen.draw(LiveView.lines(state, Optional.ofNullable(id), size.columns(), size.lines()));
        for (long until = System.nanoTime() + REFRESH.toNanos(); System.nanoTime() < until; ) {
          if (screen.left() || interruption.await(KEY)) {
            return;
          }
        }
      }
    }
  }

  private boolean over(ProgressFeed feed) {
    return id == null
        ? feed.all().stream().allMatch(ProgressFeed::ended)
        : feed.of(id).map(ProgressFeed::ended).orElse(true);
  }

  /** Shows it once; true if nothing of it will change any more. */
  private boolean show(ProgressFeed feed, ClientConfig clients, Topics topics) throws Exception {
    if (id == null) {
      feed.all().forEach(this::line);
      if (feed.all().isEmpty() && !output.json()) {
        System.out.println("no backfills yet");
      }
      return over(feed);
    }
    Optional<Progress> p = feed.of(id);
    if (p.isEmpty()) {
      throw new CliException(ExitCode.USAGE, id + " is archived: there is nothing left to show");
    }
    if (output.json() || (watch && !Terminal.out())) {
      line(p.get());
    } else {
      System.out.println(
          Summary.text(
              p.get(), p.get().getSourceKey(), FailedPartitions.of(p.get(), clients, topics)));
    }
    return over(feed);
  }

  private void line(Progress p) {
    if (output.json()) {
      Map<String, Object> out = new LinkedHashMap<>(Summary.json(p));
      out.put("reason", p.getReason());
      out.put("rows_estimated", p.getRowsEstimated());
      out.put("covered", p.getCovered());
      out.put("drift", p.getDrift());
      out.put("eta_low_ms", p.getEtaLowMs());
      out.put("eta_high_ms", p.getEtaHighMs());
      out.put("rows_per_s_limit", p.getRowsPerSLimit());
      out.put("lanes_limit", p.getLanesLimit());
      out.put("slowed_by", p.getSlowedBy());
      out.put("paused_at", p.getPausedAt());
      out.put("critical_partition", p.getCriticalPartition());
      out.put("critical_ms", p.getCriticalMs());
      out.put("priority", p.getPriority());
      out.put("source_key", p.getSourceKey());
      OutputOption.print(out);
    } else {
      System.out.println(ProgressBar.line(p));
    }
  }

  private void requireKnown(ProgressFeed feed, ClientConfig clients, Topics topics)
      throws Exception {
    if (feed.of(id).isEmpty()) {
      Lookup.requirePlanned(id, clients, topics);
      throw unreported(id);
    }
  }

  static CliException unreported(String id) {
    return new CliException(
        ExitCode.UNREACHABLE,
        id
            + " is planned, but no reconciler has reported on it yet; is one running? Start it with"
            + " `tidemark reconciler`");
  }
}
