package io.tidemark.cli.chaos;

import static org.awaitility.Awaitility.await;

import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * How long the partitions of a worker that was killed stay unclaimed, on brokers with the default
 * group and transaction settings, while the others have lanes to spare: from SIGKILL until the next
 * worker's claim is committed.
 */
@Tag("soak")
class TakeoverTest {

  private static final int KILLS = Integer.getInteger("chaos.kills", 12);
  private static final int WORKERS = 4;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final List<Duration> takeovers = new ArrayList<>();
  private Crew crew;
  private Reports reports;

  @Test
  void shouldTakeOverWhenAWorkerIsKilled() throws Exception {
    Path dir = Workshop.emptied("takeover");
    try (Brokers brokers = new Brokers(dir);
        Database database = new Database(dir);
        Crew all = new Crew(dir, brokers.bootstrap())) {
      crew = all;
      Copy.prepare(database);
      TableDestination.prepare(database);
      ClientConfig kafka = ClientConfig.of(brokers.bootstrap());
      Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
      TidemarkTopics.ensure(kafka, topics, List.of(Topics.DEFAULT_DOMAIN), Crew.QUEUES);
      try (Reports following = new Reports(kafka, topics, Crew.QUEUES)) {
        reports = following;
        crew.startReconciler();
        for (int i = 1; i <= WORKERS; i++) {
          crew.startWorker("w-" + i);
          awaitWell(i);
        }
        for (int run = 1; takeovers.size() < KILLS; run++) {
          TableDestination to = TableDestination.make(database, "run" + run);
          // Four partitions for eight lanes.
          Copy copy = Copy.start("run" + run, to, crew, dir, Copy.ROWS / 4, 150);
          Progress end = killUntilItEnds(copy);
          copy.verify(end);
        }
      }
      report();
    }
  }

  private Progress killUntilItEnds(Copy copy) {
    return await("the end of " + copy.name())
        .atMost(Duration.ofMinutes(10))
        .until(
            () -> {
              if (takeovers.size() < KILLS) {
                kill();
              }
              return copy.step(reports);
            },
            Optional::isPresent)
        .orElseThrow();
  }

  /** Kills whoever has most in hand, and waits until others have claimed all of it. */
  private void kill() {
    Map<String, List<String>> hands = new HashMap<>();
    for (Checkpoint c : reports.inHand()) {
      if (c.getRows() > 0 && crew.wellWorkers().contains(c.getWorker())) {
        hands
            .computeIfAbsent(c.getWorker(), k -> new ArrayList<>())
            .add(c.getDescriptor().getPartitionId());
      }
    }
    Optional<String> most =
        hands.keySet().stream().max((a, b) -> hands.get(a).size() - hands.get(b).size());
    if (most.isEmpty()) {
      return;
    }
    String victim = most.get();
    crew.struck(victim);
    crew.worker(victim).kill9();
    long killed = System.nanoTime();
    List<String> orphans = new ArrayList<>(hands.get(victim));
    await("takeover of " + orphans + " of " + victim)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(
            () -> {
              orphans.removeIf(p -> takenOver(p, victim, killed));
              return orphans.isEmpty();
            });
    crew.startWorker(victim);
    awaitWell(WORKERS);
  }

  /** A partition that had ended when its worker was killed counts for nothing. */
  private boolean takenOver(String partition, String victim, long killed) {
    Checkpoint c = reports.of(partition).orElseThrow();
    if (c.getWorker().equals(victim)) {
      return reports.inHand().stream()
          .noneMatch(h -> h.getDescriptor().getPartitionId().equals(partition));
    }
    Duration took = Duration.ofNanos(System.nanoTime() - killed);
    takeovers.add(took);
    Chronicle.say(
        "%s of %s is claimed by %s after %.1f s"
            .formatted(partition, victim, c.getWorker(), took.toMillis() / 1000.0));
    return true;
  }

  private void awaitWell(int workers) {
    await(workers + " workers")
        .atMost(PATIENCE)
        .until(() -> crew.supervise().isEmpty() && crew.wellWorkers().size() == workers);
  }

  private void report() throws Exception {
    String line =
        "takeover after SIGKILL, broker defaults: %d partitions, p50 %s s, p99 %s s, longest %s s%n"
            .formatted(
                takeovers.size(),
                Scoreboard.percentile(takeovers, 0.5),
                Scoreboard.percentile(takeovers, 0.99),
                Scoreboard.percentile(takeovers, 1));
    System.out.print(line);
    Files.writeString(Path.of("target", "takeover.txt"), line);
  }
}
