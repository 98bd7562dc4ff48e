package io.tidemark.bench.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.GcLog;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code tidemark run} of partitions of one generated row each into a sink that forgets them, on
 * the distribution's jars with the generated connector beside them.
 */
public final class TidemarkTasks implements Contender {

  /** Queues of the work topic. */
  public static final int QUEUES = 16;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final long partitions;
  private final Path folder;
  private final Duration limit;
  private int runs;
  private String backfill = "";

  /**
   * @param folder for the log, the ledger and what it says
   */
  public TidemarkTasks(long partitions, Path folder, Duration limit) {
    this.partitions = partitions;
    this.folder = folder;
    this.limit = limit;
  }

  /** JVM options of this and of what it is compared with. */
  static List<String> jvm(long tasks, Path gcLog) {
    return List.of(
        "-Xmx" + (tasks <= 100_000 ? "512m" : "1g"), "-XX:+UseParallelGC", GcLog.option(gcLog));
  }

  @Override
  public String name() {
    return "Tidemark: plan to COMPLETED in the ledger";
  }

  /** Where the newest run's log and ledger are. */
  public Path data() {
    return folder.resolve("data-" + runs);
  }

  /** Id of the newest run's backfill. */
  public String backfill() {
    return backfill;
  }

  @Override
  public void prepare() {
    runs++;
  }

  @Override
  public Outcome run() throws IOException, InterruptedException {
    String spec =
        """
        apiVersion: tidemark/v1
        name: tiny
        source: {generated: {rows: %d}}
        sink: {generated: {}}
        """
            .formatted(partitions);
    Path file = Files.writeString(folder.resolve("spec.yaml"), spec);
    Path gc = folder.resolve("gc.log");
    String home = System.getProperty("tidemark.home");
    List<String> command =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    command.addAll(jvm(partitions, gc));
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-Dtidemark.home=" + home,
            "-cp",
            System.getProperty("tidemark.lib")
                + "/*"
                + File.pathSeparator
                + Path.of(home, "bench", "target", "classes"),
            "io.tidemark.cli.Main",
            "run",
            file.toString(),
            "--data",
            data().toString(),
            "--queues",
            Integer.toString(QUEUES),
            "--lanes",
            "4",
            "--output",
            "json"));
    Processes.Finished done =
        Processes.run(new ProcessBuilder(command), folder.resolve("logs"), limit);
    JsonNode said = JSON.readTree(done.out());
    if (said.path("rows").asLong() != partitions
        || said.path("partitions").path("completed").asLong() != partitions) {
      throw new IllegalStateException("ended " + done.out());
    }
    backfill = said.path("backfill").asText();
    return new Outcome(said.path("wall_s").asDouble(), partitions, done.peakRss())
        .with("peak heap, MiB", GcLog.peak(gc))
        .with("after a GC", GcLog.peakAfter(gc))
        .with("whole process, s", done.seconds());
  }

  @Override
  public void check(Outcome outcome) {} // run() has read what the ledger says
}
