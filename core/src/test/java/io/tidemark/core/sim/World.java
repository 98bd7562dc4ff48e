package io.tidemark.core.sim;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.schemas.avro.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Everything there is in one simulation. */
final class World {

  /** Generous, since faults come thick: running out of attempts is not what is simulated. */
  private static final RetryPolicy RETRY = new RetryPolicy(200, 20, 500, 60_000);

  /** Where workers die of a partition, they should stop to. */
  private static final RetryPolicy KILLERS_RETRY = new RetryPolicy(10, 20, 500, 60_000);

  private final Scheduler scheduler;
  private final Setup setup;
  private final Mutation mutation;
  private final SimLog log;
  private final SimGroup group;
  private final SimSink sink;
  private final SimPlanner planner;
  private final SimReconciler reconciler;
  private final Invariants invariants;
  private final Faults faults;
  private final Map<String, SimWorker> workers = new TreeMap<>();
  private final List<SimWorker> replaced = new ArrayList<>();

  World(long seed, Scheduler scheduler, Mutation mutation, Faults.Omitted omitted) {
    this.scheduler = scheduler;
    this.mutation = mutation;
    this.setup = Setup.draw(scheduler);
    this.log = new SimLog(scheduler, setup, mutation);
    this.group = new SimGroup(scheduler, setup.queues(), setup.sessionMs(), mutation);
    this.invariants = new Invariants(this);
    this.sink = new SimSink(setup.sink(), setup.poison(), mutation, invariants.sink());
    this.planner = new SimPlanner(this);
    this.reconciler = new SimReconciler(this);
    this.faults = new Faults(this, seed, omitted);
    planner.start();
    reconciler.start();
    for (int w = 0; w < setup.workers(); w++) {
      startWorker("w" + w);
    }
    watchSessions();
    faults.start();
  }

  /** Ids of all backfills, by their numbers. */
  List<String> backfills() {
    return IntStream.range(0, setup.backfills())
        .mapToObj(b -> "backfill" + b + "-0000000" + b)
        .toList();
  }

  RetryPolicy retry() {
    return setup.killer() ? KILLERS_RETRY : RETRY;
  }

  /** Whether whoever begins with a chunk of this partition dies of it. */
  boolean kills(Descriptor d) {
    return setup.killer()
        && d.getOrdinal() == 0
        && d.getBackfillId().equals(backfills().getFirst());
  }

  private void watchSessions() {
    scheduler.after(
        100,
        "group",
        "looks for silent members",
        () -> {
          if (log.available()) {
            group.expire();
          }
          watchSessions();
        });
  }

  /** Starts a process, the next one of that name; the former may still be there. */
  void startWorker(String name) {
    SimWorker former = workers.get(name);
    int incarnation = former == null ? 0 : former.incarnation() + 1;
    if (former != null && !former.dead()) {
      replaced.add(former);
    }
    workers.put(name, new SimWorker(this, name, incarnation));
  }

  /** The newest process of each name, dead or alive. */
  List<SimWorker> workers() {
    return List.copyOf(workers.values());
  }

  /** Processes that were replaced while they still lived. */
  List<SimWorker> replaced() {
    return List.copyOf(replaced);
  }

  /** Whether nothing is under way any more. */
  boolean atRest() {
    return workers.values().stream().allMatch(SimWorker::idle)
        && replaced.stream().allMatch(SimWorker::idle);
  }

  Scheduler scheduler() {
    return scheduler;
  }

  Setup setup() {
    return setup;
  }

  Mutation mutation() {
    return mutation;
  }

  SimLog log() {
    return log;
  }

  SimGroup group() {
    return group;
  }

  SimSink sink() {
    return sink;
  }

  SimPlanner planner() {
    return planner;
  }

  SimReconciler reconciler() {
    return reconciler;
  }

  Invariants invariants() {
    return invariants;
  }

  Faults faults() {
    return faults;
  }
}
