package io.tidemark.cli.demo;

import io.tidemark.cli.CliException;
import io.tidemark.cli.ExitCode;
import io.tidemark.cli.Interruption;
import io.tidemark.cli.ProgressBar;
import io.tidemark.cli.ProgressFeed;
import io.tidemark.connectors.Specs;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.planner.app.Planner;
import io.tidemark.planner.flow.PlanOutcome;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/** Everything at once on real data: a backfill, a crash in the middle of it, and the proof. */
public final class Demo {

  private static final int QUEUES = 12;
  private static final int PARTITIONS = 24;
  private static final int CHUNKS_PER_PARTITION = 8;
  private static final Duration LIMIT = Duration.ofMinutes(5);
  private static final Duration LOOK = Duration.ofMillis(50);
  private static final int MOST_READS = 100;

  /**
   * A worker's end.
   *
   * @param at milliseconds since the epoch
   */
  private record Kill(String victim, long at) {}

  private final DemoSettings settings;
  private final Interruption interruption;
  private final Path folder;

  private Demo(DemoSettings settings, Interruption interruption, Path folder) {
    this.settings = settings;
    this.interruption = interruption;
    this.folder = folder;
  }

  /**
   * Runs the demo, telling how it goes on standard output; leaves nothing behind.
   *
   * @return whether everything that was to be proved was
   */
  public static boolean run(DemoSettings settings, Interruption interruption) throws Exception {
    Path folder = Files.createTempDirectory("tidemark-demo");
    try {
      return new Demo(settings, interruption, folder).run();
    } finally {
      if (settings.keep()) {
        say("kept %s", folder);
      } else {
        delete(folder);
      }
    }
  }

  private boolean run() throws Exception {
    say("1. PostgreSQL: two databases on one server; loading %s", settings.dataFile());
    try (DemoDatabase database = DemoDatabase.start(folder)) {
      long rows = database.load(settings.dataFile());
      say("   %,d flights in source.flights, each with a generated id", rows);
      say("2. Kafka: one broker in this process; the reconciler beside it");
      try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("broker"), 0, Map.of())) {
        ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
        try (Reconciler reconciler = Reconciler.start(reconciler(kafka))) {
          say("   http://127.0.0.1:%d/api/v1/backfills", reconciler.port());
          return backfill(database, kafka, rows);
        }
      }
    }
  }

  private ReconcilerConfig reconciler(ClientConfig kafka) {
    return ReconcilerConfig.of(
        Map.of(
            "state.dir",
            folder.resolve("reconciler").toString(),
            "queues",
            Integer.toString(QUEUES),
            "http.port",
            "0"),
        kafka);
  }

  private boolean backfill(DemoDatabase database, ClientConfig kafka, long rows) throws Exception {
    Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
    String work = topics.checkpoints(Topics.DEFAULT_DOMAIN);
    List<TopicPartition> queues =
        IntStream.range(0, QUEUES).mapToObj(q -> new TopicPartition(work, q)).toList();
    say("3. %d workers, each a process of its own:", settings.workers());
    try (DemoWorkers workers = new DemoWorkers(folder, kafka.bootstrapServers());
        ProgressFeed feed = ProgressFeed.open(kafka, topics);
        CheckpointFeed checkpoints = new CheckpointFeed(kafka, queues)) {
      for (int i = 1; i <= settings.workers(); i++) {
        workers.start("worker-" + i);
        say("   worker-%d is process %d", i, workers.pid("worker-" + i));
      }
      PlanOutcome plan = Planner.plan(spec(database, rows), kafka, topics, QUEUES);
      String id = plan.plan().getBackfillId();
      say("4. Plan %s: %,d partitions, published and sealed", id, plan.published());
      Optional<Kill> kill = killHalfWay(id, rows, workers, feed, checkpoints);
      if (kill.isEmpty()) {
        return false;
      }
      Optional<Progress> end = await(id, p -> false, workers, feed, checkpoints);
      if (end.isEmpty()) {
        say("   interrupted");
        return false;
      }
      int takenOver = tellTakeovers(checkpoints, kill.get());
      workers.stop();
      return new DemoProof(database, end.get(), takenOver).show();
    }
  }

  private Spec spec(DemoDatabase database, long rows) throws Exception {
    long perPartition = Math.max(1, rows / PARTITIONS);
    // A password never stands in a spec; workers read it where the reference says.
    Path secrets = folder.resolve("secrets.properties");
    Files.writeString(secrets, "postgres=" + DemoDatabase.PASSWORD + "\n");
    String password = "${file:" + secrets + ":postgres}";
    String yaml =
        """
        apiVersion: tidemark/v1
        name: flights-demo
        source:
          jdbc: {url: "%s", user: postgres, password: "%s", table: public.flights}
        partition:
          key: {columns: [id], rows: %d}
        sink:
          jdbc:
            {url: "%s", user: postgres, password: "%s", table: public.flights, mode: insert, create: if-missing}
        chunk: {target: 1s, rows: %d}
        """
            .formatted(
                database.url(DemoDatabase.SOURCE),
                password,
                perPartition,
                database.url(DemoDatabase.TARGET),
                password,
                Math.max(1, perPartition / CHUNKS_PER_PARTITION));
    return Specs.parser().parse(yaml, "the demo's spec");
  }

  /**
   * Kills the worker that has most in hand once a third of the rows is in (by then nearly half
   * are).
   *
   * @return what was done; empty if the user interrupted
   * @throws CliException if there was nothing to kill it in
   */
  private Optional<Kill> killHalfWay(
      String id, long rows, DemoWorkers workers, ProgressFeed feed, CheckpointFeed checkpoints)
      throws InterruptedException, IOException, CliException {
    Optional<Progress> half =
        await(
            id,
            p -> checkpoints.rows() >= rows / 3 && checkpoints.busiest().isPresent(),
            workers,
            feed,
            checkpoints);
    if (half.isEmpty()) {
      say("   interrupted");
      return Optional.empty();
    }
    if (ProgressFeed.ended(half.get())) {
      throw tooQuick(half.get().getState() + " before anybody could be killed in it");
    }
    String victim = checkpoints.busiest().orElseThrow();
    long pid = workers.pid(victim);
    workers.kill(victim);
    long at = System.currentTimeMillis();
    readAll(checkpoints);
    int inHands = checkpoints.inHands(victim).size();
    say(
        "5. SIGKILL to %s (process %d) at %,d rows, with %d partitions in its hands",
        victim, pid, checkpoints.rows(), inHands);
    if (inHands == 0) {
      throw tooQuick("so quick that " + victim + " had nothing left when it was killed");
    }
    return Optional.of(new Kill(victim, at));
  }

  private static CliException tooQuick(String how) {
    return new CliException(
        ExitCode.USAGE,
        "nothing is proved: the backfill was " + how + "; give --data-file more rows");
  }

  /** Reads what has been reported until now; with many workers there is always more to come. */
  private static void readAll(CheckpointFeed checkpoints) {
    int reads = 0;
    while (checkpoints.read(LOOK) > 0 && reads < MOST_READS) {
      reads++;
    }
  }

  /** Waits until something is so, or the backfill over; empty if interrupted. */
  private Optional<Progress> await(
      String id,
      Predicate<Progress> enough,
      DemoWorkers workers,
      ProgressFeed feed,
      CheckpointFeed checkpoints)
      throws InterruptedException, IOException, CliException {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    ProgressBar bar = new ProgressBar();
    try {
      while (System.nanoTime() - deadline < 0) {
        checkpoints.read(LOOK);
        Optional<Progress> p = feed.of(id);
        p.ifPresent(bar::show);
        if (p.isPresent() && (ProgressFeed.ended(p.get()) || enough.test(p.get()))) {
          return p;
        }
        if (interruption.asked()) {
          return Optional.empty();
        }
        Optional<String> dead = workers.dead();
        if (dead.isPresent()) {
          throw new CliException(
              ExitCode.UNREACHABLE,
              dead.get() + " ended by itself:\n" + Files.readString(workers.log(dead.get())));
        }
      }
    } finally {
      bar.end();
    }
    throw new CliException(
        ExitCode.UNREACHABLE,
        "the demo is not over after "
            + LIMIT.toMinutes()
            + " minutes; give it a machine with less to do, or --data-file fewer rows, and look at"
            + " the workers' logs with --keep");
  }

  /** Tells who went on where the victim was killed; how many partitions were taken over. */
  private static int tellTakeovers(CheckpointFeed checkpoints, Kill kill) {
    readAll(checkpoints);
    List<CheckpointFeed.Takeover> takeovers = checkpoints.takeoversFrom(kill.victim(), kill.at());
    say("6. The others took over %d partitions of %s:", takeovers.size(), kill.victim());
    for (CheckpointFeed.Takeover t : takeovers) {
      say(
          "   %s → %s after %.1f s, from row %,d on, fence %d",
          t.partition(), t.to(), (t.at() - kill.at()) / 1000.0, t.rows(), t.fence());
    }
    return takeovers.size();
  }

  static void say(String format, Object... arguments) {
    System.out.printf(Locale.ROOT, format + "%n", arguments);
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path p : all.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.deleteIfExists(p);
      }
    }
  }
}
