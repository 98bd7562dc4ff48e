package io.tidemark.cli;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.planner.app.Planner;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.worker.app.Worker;
import io.tidemark.worker.app.WorkerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark run}: everything that a backfill needs, in one process. */
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description =
        "Run a backfill from beginning to end in one process: broker, planner, workers, reconciler."
            + " Interrupted and run again, it goes on where it was; its state is in --data.",
    footer = {
      "",
      "Examples:",
      "  tidemark run examples/parquet-to-csv.yaml",
      "  tidemark run orders.yaml --workers 2 --lanes 2 --output json"
    })
final class RunCommand implements Callable<Integer> {

  private static final Duration FOREVER = Duration.ofDays(3650);

  @Parameters(paramLabel = "SPEC", description = "The backfill, a YAML file.")
  private Path spec;

  @Option(
      names = "--workers",
      defaultValue = "1",
      paramLabel = "N",
      description = "Workers in this process. Default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(
      names = "--lanes",
      defaultValue = "2",
      paramLabel = "N",
      description = "Partitions that each worker runs at the same time. Default: ${DEFAULT-VALUE}.")
  private int lanes;

  @Option(
      names = "--queues",
      defaultValue = "8",
      paramLabel = "N",
      description = "Queues of a new work topic. Default: ${DEFAULT-VALUE}.")
  private int queues;

  @Option(
      names = "--data",
      defaultValue = ".tidemark/run",
      paramLabel = "DIR",
      description = "Where the broker and the ledger live. Default: ${DEFAULT-VALUE}.")
  private Path data;

  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    if (workers < 1 || lanes < 1 || queues < 1) {
      throw new CliException(ExitCode.USAGE, "--workers, --lanes and --queues must be at least 1");
    }
    Spec parsed = SpecFile.read(spec);
    // Before anything is made: what the spec asks for must be possible.
    Planner.check(parsed);
    try (Interruption interruption =
            Interruption.draining(ExitCode.INTERRUPTED, worker(parsed, 1));
        EmbeddedBroker broker = EmbeddedBroker.start(data.resolve("broker"), 0, Map.of())) {
      return run(parsed, broker, interruption);
    }
  }

  private int run(Spec parsed, EmbeddedBroker broker, Interruption interruption) throws Exception {
    ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
    Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
    List<Worker> started = new ArrayList<>();
    try (Reconciler reconciler = Reconciler.start(reconciler(parsed, kafka));
        ProgressFeed feed = ProgressFeed.open(kafka, topics)) {
      System.err.println("tidemark: dashboard at " + reconciler.url());
      try {
        for (int i = 1; i <= workers; i++) {
          started.add(Worker.start(worker(parsed, i), kafka));
        }
        String backfill = Planner.plan(parsed, kafka, topics, queues).plan().getBackfillId();
        Optional<Progress> last =
            Watch.untilOver(
                feed,
                backfill,
                interruption,
                FOREVER,
                () ->
                    started.stream().anyMatch(w -> !w.running())
                        || reconciler.failure().isPresent()
                        || broker.fault().isPresent());
        if (last.isEmpty() || !ProgressFeed.ended(last.get())) {
          return notOver(backfill, interruption, started, reconciler, broker);
        }
        return ended(last.get(), kafka, topics);
      } finally {
        closeAll(Stream.concat(started.stream(), Stream.of(reconciler, feed)));
      }
    }
  }

  private int ended(Progress p, ClientConfig kafka, Topics topics) throws Exception {
    if (output.json()) {
      OutputOption.print(Summary.json(p));
    } else {
      System.out.println(Summary.text(p, FailedPartitions.of(p, kafka, topics)));
    }
    return ProgressFeed.exitCode(p);
  }

  private static int notOver(
      String backfill,
      Interruption interruption,
      List<Worker> workers,
      Reconciler reconciler,
      EmbeddedBroker broker)
      throws CliException {
    if (interruption.asked()) {
      System.err.println(
          "tidemark: interrupted; run the same command again to go on with " + backfill);
      return ExitCode.INTERRUPTED;
    }
    Optional<Throwable> why =
        broker
            .fault()
            .or(reconciler::failure)
            .or(() -> workers.stream().flatMap(w -> w.failure().stream()).findFirst());
    throw new CliException(
        ExitCode.UNREACHABLE,
        "a part of it stopped: " + why.map(Throwable::getMessage).orElse("no cause was told"));
  }

  private ReconcilerConfig reconciler(Spec parsed, ClientConfig kafka) throws Exception {
    return ReconcilerConfig.of(
        Map.of(
            "domains", parsed.domain(),
            "queues", Integer.toString(queues),
            "state.dir", data.resolve("reconciler").toString(),
            "http.port", "0"),
        kafka);
  }

  private WorkerConfig worker(Spec parsed, int number) {
    return WorkerConfig.of(
        Map.of(
            WorkerConfig.WORKER_ID, "run-" + number,
            WorkerConfig.DOMAIN, parsed.domain(),
            WorkerConfig.QUEUES, Integer.toString(queues),
            WorkerConfig.LANES, Integer.toString(lanes)));
  }

  /** All at once, as each takes its time: workers drain their lanes. */
  private static void closeAll(Stream<AutoCloseable> parts) {
    List<Thread> closing = parts.map(part -> Thread.ofVirtual().start(() -> close(part))).toList();
    for (Thread t : closing) {
      try {
        t.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      // Asked for here: every command is made for --help, which wants no logging set up.
      LoggerFactory.getLogger(RunCommand.class)
          .warn("closing the {}: {}", part.getClass().getSimpleName(), e.getMessage());
    }
  }
}
