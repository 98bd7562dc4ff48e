package io.tidemark.bench.contender;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import io.tidemark.bench.run.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/**
 * Broker, reconciler and one worker in processes of their own. Timed by the target's clock, from
 * the first claim to the last chunk, as {@code tidemark_progress} tells.
 */
public final class Fleet implements Contender {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final long LOOK_MS = 100;
  private static final Pattern BROKER = Pattern.compile("broker ready at (\\S+)");
  private static final Pattern RECONCILER = Pattern.compile("reconciler at (\\S+)");
  private static final Pattern WORKER = Pattern.compile("worker (\\S+) ready");

  private final String name;
  private final Path launcher;
  private final String spec;
  private final Duration interval;
  private final boolean reconciled;
  private final Target target;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param spec the spec's text
   * @param interval the worker's checkpoint interval
   * @param reconciled whether the reconciler lives on; else it is killed once the backfill runs
   * @param folder for the log, the ledger and what they say
   */
  public Fleet(
      String name,
      Path launcher,
      String spec,
      Duration interval,
      boolean reconciled,
      Target target,
      Path folder,
      Duration limit) {
    this.name = name;
    this.launcher = launcher;
    this.spec = spec;
    this.interval = interval;
    this.reconciled = reconciled;
    this.target = target;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare() throws Exception {
    target.empty();
    runs++;
  }

  @Override
  public Outcome run() throws Exception {
    Path data = Files.createDirectories(folder.resolve("data-" + runs));
    try (Service broker =
            service(
                BROKER,
                data,
                "broker",
                "--port",
                "0",
                "--data",
                data.resolve("broker").toString());
        Service reconciler =
            service(
                RECONCILER,
                data,
                "reconciler",
                "--port",
                "0",
                "--state-dir",
                data.resolve("reconciler").toString(),
                "--bootstrap-server",
                broker.said());
        Service worker =
            service(
                WORKER,
                data,
                "worker",
                "--lanes",
                "2",
                "--set",
                "checkpoint.interval.ms=" + interval.toMillis(),
                "--bootstrap-server",
                broker.said())) {
      long partitions = plan(data, broker.said());
      double start = await("min", "count(*) > 0");
      if (!reconciled) {
        reconciler.kill();
      }
      double end = await("max", "count(*) FILTER (WHERE complete) = " + partitions);
      Outcome outcome =
          new Outcome(end - start, target.rows(), worker.peakRss())
              .with("worker CPU, s", worker.cpuSeconds());
      // What a process that is dead has used is not told.
      return reconciled ? outcome.with("reconciler CPU, s", reconciler.cpuSeconds()) : outcome;
    }
  }

  private Service service(Pattern ready, Path data, String... arguments) throws Exception {
    return Service.start(
        tidemark(List.of(arguments)), ready, data.resolve(arguments[0] + ".log"), limit);
  }

  private ProcessBuilder tidemark(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().put("BENCH_PASSWORD", Database.USER);
    return builder;
  }

  /** Plans, and returns the number of partitions. */
  private long plan(Path data, String broker) throws Exception {
    Path file = Files.writeString(data.resolve("spec.yaml"), spec);
    List<String> plan =
        List.of("plan", file.toString(), "--bootstrap-server", broker, "--output", "json");
    return JSON.readTree(Processes.run(tidemark(plan), data.resolve("plan"), limit).out())
        .path("partitions")
        .asLong();
  }

  /** Least or largest time of progress, seconds since the epoch, once a condition holds of it. */
  private double await(String which, String condition) throws Exception {
    String query =
        "SELECT CASE WHEN %s THEN extract(epoch FROM %s(updated_at)) END FROM tidemark_progress"
            .formatted(condition, which);
    long begun = System.nanoTime();
    while (System.nanoTime() - begun < limit.toNanos()) {
      String found = target.database().text(query);
      if (found != null) {
        return Double.parseDouble(found);
      }
      TimeUnit.MILLISECONDS.sleep(LOOK_MS);
    }
    throw new IllegalStateException("not in time: " + condition);
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
  }
}
