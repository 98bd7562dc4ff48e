package io.tidemark.cli.chaos;

import io.tidemark.cli.e2e.Proc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The processes of Tidemark itself: workers by their ids, one reconciler, and plans. */
final class Crew implements AutoCloseable {

  static final int QUEUES = 12;

  /** Of each worker. */
  static final int LANES = 2;

  private static final int UNREACHABLE = 5;
  private static final String RECONCILER = "reconciler";

  private static final List<String> OPTIONS =
      List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private final Path dir;
  private final String bootstrap;
  private final List<Proc> all = new ArrayList<>();
  private final Map<String, Proc> workers = new TreeMap<>();
  private final Map<String, List<Proc>> lives = new HashMap<>();
  private final Set<String> struck = new HashSet<>();
  private Proc reconciler;

  Crew(Path dir, String bootstrap) {
    this.dir = dir;
    this.bootstrap = bootstrap;
  }

  private Proc start(String name, String... args) {
    Proc p =
        Proc.start(
            dir,
            name,
            Map.of("PG_PASSWORD", Database.PASSWORD),
            OPTIONS,
            Stream.concat(Stream.of(args), Stream.of("--bootstrap-server", bootstrap))
                .toArray(String[]::new));
    all.add(p);
    return p;
  }

  /** Starts a worker, and does not wait for it. */
  void startWorker(String id) {
    Proc p = start(id, "worker", "--id", id, "--lanes", Integer.toString(LANES));
    workers.put(id, p);
    lives.computeIfAbsent(id, k -> new ArrayList<>()).add(p);
    struck.remove(id);
  }

  Proc worker(String id) {
    return workers.get(id);
  }

  /** Workers that have started and have no fault in them. */
  List<String> wellWorkers() {
    return wanted().stream().filter(id -> workers.get(id).out().contains("ready")).toList();
  }

  /** All workers that are meant to run, those with a fault included. */
  Set<String> workers() {
    return Set.copyOf(workers.keySet());
  }

  /** A fault is in this worker until it is started anew or {@link #well}. */
  void struck(String id) {
    struck.add(id);
  }

  void well(String id) {
    struck.remove(id);
  }

  /** This worker is meant to run no more. */
  void dismissed(String id) {
    workers.remove(id);
    struck.remove(id);
  }

  /** Everything that the processes of this worker have logged, the oldest first. */
  Stream<String> log(String id) {
    return lives.getOrDefault(id, List.of()).stream().flatMap(p -> p.err().lines());
  }

  /** Ids of all workers that there ever were. */
  Set<String> everWorked() {
    return Set.copyOf(lives.keySet());
  }

  /** Starts the reconciler, and does not wait for it. */
  void startReconciler() {
    reconciler =
        start(
            RECONCILER,
            RECONCILER,
            "--port",
            "0",
            "--state-dir",
            "state",
            "--set",
            "queues=" + QUEUES);
    struck.remove(RECONCILER);
  }

  /** Whether the reconciler has started and has no fault in it. */
  boolean reconcilerWell() {
    return !struck.contains(RECONCILER) && reconciler.out().contains("reconciler at");
  }

  /** Ends the reconciler with SIGKILL. */
  void killReconciler() {
    struck.add(RECONCILER);
    reconciler.kill9();
  }

  /** Starts to plan a spec, and does not wait for it. */
  Proc plan(Path spec) {
    return start("plan", "plan", spec.toString(), "--output", "json");
  }

  /**
   * Does what a supervisor does: whoever ended while it was starting, because it could not reach
   * Kafka in time, is started again.
   *
   * @return processes that ended otherwise and should not have, for people; empty if none has
   */
  List<String> supervise() {
    List<String> deserters = new ArrayList<>();
    if (!struck.contains(RECONCILER) && !reconciler.alive()) {
      if (neverReached(reconciler, "reconciler at")) {
        startReconciler();
      } else {
        deserters.add(reconciler.transcript());
      }
    }
    for (String id : wanted()) {
      Proc p = workers.get(id);
      if (!p.alive()) {
        if (neverReached(p, "ready")) {
          startWorker(id);
        } else {
          deserters.add(p.transcript());
        }
      }
    }
    return deserters;
  }

  private List<String> wanted() {
    return workers.keySet().stream().filter(id -> !struck.contains(id)).toList();
  }

  private boolean neverReached(Proc p, String ready) {
    boolean unreached = p.exit(Duration.ofSeconds(5)) == UNREACHABLE && !p.out().contains(ready);
    if (unreached) {
      Chronicle.say("  started again: " + p.name() + ", " + p.err().strip());
    }
    return unreached;
  }

  @Override
  public void close() {
    all.forEach(Proc::close);
  }
}
