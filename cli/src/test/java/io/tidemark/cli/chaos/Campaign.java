package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.schemas.avro.Progress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.awaitility.core.ConditionTimeoutException;

/** Runs backfill after backfill, some at once, while the nemesis strikes, and proves each. */
final class Campaign {

  private static final Duration TURN = Duration.ofMillis(100);

  /** What names of backfills into files begin with. */
  static final String FILE = "file";

  /** The folder that files go to. */
  static final String DISK = "disk";

  private static final int AT_ONCE = 4;

  /** Of so many backfills one writes files. */
  private static final int FILES = 4;

  private static final int WORKERS = 3;

  private final Path dir;
  private final Database database;
  private final Crew crew;
  private final Reports reports;
  private final Nemesis nemesis;
  private final Scoreboard scoreboard;
  private final SplittableRandom chance;
  private final List<Copy> active = new ArrayList<>();
  private final long began = System.nanoTime();
  private int started;
  private int proved;
  private long redone;
  private long claims;
  private long drift;

  Campaign(
      Path dir,
      Database database,
      Crew crew,
      Reports reports,
      Nemesis nemesis,
      Scoreboard scoreboard,
      SplittableRandom chance) {
    this.dir = dir;
    this.database = database;
    this.crew = crew;
    this.reports = reports;
    this.nemesis = nemesis;
    this.scoreboard = scoreboard;
    this.chance = chance;
  }

  /**
   * Runs at least so many backfills, and more while there are faults left to inject.
   *
   * @param time after which nothing is begun or injected any more
   * @param patience how long all may take to end once nothing is broken any more
   */
  void run(int runs, Duration time, Duration patience) throws Exception {
    // One after the other: a dozen JVMs that start at once on a small machine starve each other.
    crew.startReconciler();
    until("the reconciler", patience, () -> started(crew.reconcilerWell()));
    for (int i = 1; i <= WORKERS; i++) {
      int expected = i;
      crew.startWorker("w-" + i);
      until("worker " + i, patience, () -> started(crew.wellWorkers().size() == expected));
    }
    begin(runs);
    until(
        "the first claims",
        patience,
        () -> {
          turn();
          return !reports.inHand().isEmpty();
        });
    until(
        "the faults and the runs",
        time.plus(patience),
        () -> {
          boolean late = elapsed().compareTo(time) > 0;
          if (late) {
            nemesis.rest();
          } else {
            begin(runs);
          }
          nemesis.step();
          turn();
          return late || (nemesis.left() == 0 && started >= runs);
        });
    Chronicle.say("no more faults");
    until(
        "the last mends",
        patience,
        () -> {
          nemesis.step();
          turn();
          return nemesis.idle();
        });
    until(
        "the end of every backfill once nothing is broken any more",
        patience,
        () -> {
          turn();
          return active.isEmpty();
        });
    scoreboard.countRefusals(crew);
  }

  private boolean started(boolean is) throws Exception {
    turn();
    return is;
  }

  private interface Turn {
    boolean done() throws Exception;
  }

  private void until(String what, Duration atMost, Turn turn) {
    try {
      await(what).atMost(atMost).pollInterval(TURN).pollDelay(Duration.ZERO).until(turn::done);
    } catch (ConditionTimeoutException e) {
      List<String> open = active.stream().map(c -> c.describe(reports)).toList();
      throw new AssertionError(
          "waited %s for %s; open: %s; in hand: %s".formatted(atMost, what, open, reports.inHand()),
          e);
    }
  }

  /** Keeps some backfills going. */
  private void begin(int runs) throws Exception {
    int atOnce = Math.min(AT_ONCE, Math.max(runs, 1));
    while (database.up() && active.size() < atOnce && (started < runs || nemesis.left() > 0)) {
      started++;
      boolean files = started % FILES == 0;
      String name = (files ? FILE : "table") + started;
      Destination to =
          files
              ? new FileDestination(database, dir.resolve(DISK).resolve(name))
              : TableDestination.make(database, name);
      active.add(
          Copy.start(name, to, crew, dir, chance.nextInt(800, 3_000), chance.nextInt(150, 400)));
    }
  }

  private void turn() throws Exception {
    scoreboard.look();
    assertThat(crew.supervise()).as("processes that ended by themselves").isEmpty();
    for (Copy copy : List.copyOf(active)) {
      Optional<Progress> end = copy.step(reports);
      if (end.isPresent() && database.up()) {
        long again = copy.verify(end.get());
        active.remove(copy);
        proved++;
        redone += again;
        claims += end.get().getClaims();
        drift += end.get().getDrift();
        Chronicle.say(
            "proved %s (%d): %d rows written again, %d claims, drift %d %s"
                .formatted(
                    copy.name(),
                    proved,
                    again,
                    end.get().getClaims(),
                    end.get().getDrift(),
                    end.get().getLastDrift()));
      }
    }
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  /** What it came to. */
  String table() {
    return "%d faults over %d runs of %d rows in %d s, all rows equal, 0 duplicates; %d rows written again, %d claims, drift %d%n%n%s"
        .formatted(
            scoreboard.injected(),
            proved,
            Copy.ROWS,
            elapsed().toSeconds(),
            redone,
            claims,
            drift,
            scoreboard.table());
  }
}
