package io.tidemark.bench.contender;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Processes;
import io.tidemark.bench.run.Service;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Pattern;

/** Broker, reconciler and one worker in processes of their own, and the commands they are given. */
final class FleetProcesses implements AutoCloseable {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String KAFKA = "--bootstrap-server";
  private static final Pattern BROKER = Pattern.compile("broker ready at (\\S+)");
  private static final Pattern RECONCILER = Pattern.compile("reconciler at (\\S+)");
  private static final Pattern WORKER = Pattern.compile("worker (\\S+) ready");

  private final Path launcher;
  private final Path data;
  private final Duration limit;
  private final Deque<Service> open = new ArrayDeque<>();
  private Service broker;
  private Service reconciler;
  private Service worker;

  private FleetProcesses(Path launcher, Path data, Duration limit) {
    this.launcher = launcher;
    this.data = data;
    this.limit = limit;
  }

  /**
   * Starts them and returns when the worker is ready.
   *
   * @param data folder for the log, the ledger and what they say; is made
   * @param interval the worker's checkpoint interval
   */
  static FleetProcesses start(
      Path launcher, Path data, Duration limit, int lanes, Duration interval) throws Exception {
    FleetProcesses fleet = new FleetProcesses(launcher, Files.createDirectories(data), limit);
    try {
      fleet.start(lanes, interval);
      return fleet;
    } catch (Exception e) {
      fleet.close();
      throw e;
    }
  }

  private void start(int lanes, Duration interval) throws Exception {
    broker = service(BROKER, "broker", "--port", "0", "--data", data.resolve("broker").toString());
    String kafka = broker.said();
    String state = data.resolve("reconciler").toString();
    reconciler =
        service(RECONCILER, "reconciler", "--port", "0", "--state-dir", state, KAFKA, kafka);
    worker =
        service(
            WORKER,
            "worker",
            "--lanes",
            Integer.toString(lanes),
            "--set",
            "checkpoint.interval.ms=" + interval.toMillis(),
            KAFKA,
            kafka);
  }

  Service reconciler() {
    return reconciler;
  }

  Service worker() {
    return worker;
  }

  private Service service(Pattern ready, String... arguments) throws Exception {
    Service service =
        Service.start(
            tidemark(List.of(arguments)), ready, data.resolve(arguments[0] + ".log"), limit);
    open.push(service);
    return service;
  }

  private ProcessBuilder tidemark(List<String> arguments) {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command).directory(data.toFile());
    builder.environment().put("BENCH_PASSWORD", Database.USER);
    return builder;
  }

  /** Plans a spec by {@code tidemark plan}, and returns the number of partitions. */
  long plan(String spec) throws Exception {
    Path file = Files.writeString(data.resolve("spec.yaml"), spec);
    List<String> plan = List.of("plan", file.toString(), KAFKA, broker.said(), "--output", "json");
    return JSON.readTree(Processes.run(tidemark(plan), data.resolve("plan"), limit).out())
        .path("partitions")
        .asLong();
  }

  /** Time of the first claim by the target's clock, seconds since the epoch; waits for it. */
  double firstClaim(Target target) throws Exception {
    return await(target, "min", "count(*) > 0");
  }

  /** Time of the last chunk by the target's clock, seconds since the epoch; waits for it. */
  double lastChunk(Target target, long partitions) throws Exception {
    return await(target, "max", "count(*) FILTER (WHERE complete) = " + partitions);
  }

  private double await(Target target, String which, String condition) throws Exception {
    String query =
        "SELECT CASE WHEN %s THEN extract(epoch FROM %s(updated_at)) END FROM tidemark_progress"
            .formatted(condition, which);
    return Double.parseDouble(target.database().awaitText(query, limit));
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      open.pop().close();
    }
  }
}
