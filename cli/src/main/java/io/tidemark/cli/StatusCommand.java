package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.Reachable;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.time.Duration;
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
    description = "Show all backfills, or one in detail, as the reconciler reports them.",
    footer = {
      "",
      "Examples:",
      "  tidemark status",
      "  tidemark status orders-copy-1a2b3c4d --watch"
    })
final class StatusCommand implements Callable<Integer> {

  static final Duration REACH = Duration.ofSeconds(10);
  private static final Duration REFRESH = Duration.ofSeconds(1);

  @Parameters(arity = "0..1", paramLabel = "ID", description = "A backfill.")
  private String id;

  @Option(names = "--watch", description = "Show it again every second until it is over.")
  private boolean watch;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    ClientConfig clients = kafka.clients();
    Topics topics = kafka.topics();
    Reachable.check(clients.admin(), REACH);
    Lookup.queues(clients, topics.progress());
    try (Interruption interruption = new Interruption(ExitCode.INTERRUPTED);
        ProgressFeed feed = ProgressFeed.open(clients, topics);
        Contact contact = new Contact(clients)) {
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

  /** Shows it once; true if nothing of it will change any more. */
  private boolean show(ProgressFeed feed, ClientConfig clients, Topics topics) throws Exception {
    if (id == null) {
      feed.all().forEach(this::line);
      if (feed.all().isEmpty() && !output.json()) {
        System.out.println("no backfills yet");
      }
      return feed.all().stream().allMatch(ProgressFeed::ended);
    }
    Progress p = known(feed, clients, topics);
    if (output.json() || watch) {
      line(p);
    } else {
      System.out.println(Summary.text(p, FailedPartitions.of(p, clients, topics)));
    }
    return ProgressFeed.ended(p);
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
      OutputOption.print(out);
    } else {
      System.out.println(ProgressBar.line(p));
    }
  }

  private Progress known(ProgressFeed feed, ClientConfig clients, Topics topics) throws Exception {
    Optional<Progress> p = feed.of(id);
    if (p.isEmpty()) {
      Lookup.requirePlanned(id, clients, topics);
      throw unreported(id);
    }
    return p.get();
  }

  static CliException unreported(String id) {
    return new CliException(
        ExitCode.UNREACHABLE,
        id
            + " is planned, but no reconciler has reported on it yet; is one running? Start it with"
            + " `tidemark reconciler`");
  }
}
