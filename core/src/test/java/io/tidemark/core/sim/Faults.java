package io.tidemark.core.sim;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Plan;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * What goes wrong, and when. Each seed draws its own mix, so that some worlds know one kind of
 * fault only and others all of them at once. In the end everything is mended.
 */
final class Faults {

  /** Kinds of faults. */
  enum Kind {
    CRASH,
    PAUSE,
    REPLACE_WHILE_PAUSED,
    SHUT_DOWN,
    REBALANCE,
    LOG_DOWN,
    SINK_DOWN,
    RECONCILER_RESTART,
    RECONCILER_REPLAY,
    PAUSE_COMMAND,
    CANCEL_COMMAND,
    RETRY_COMMAND
  }

  private final World world;
  private final Scheduler scheduler;
  private final List<Kind> mix = new ArrayList<>();
  private final Map<Kind, Integer> happened = new EnumMap<>(Kind.class);
  private final int meanMs;
  private boolean over;

  Faults(World world) {
    this.world = world;
    this.scheduler = world.scheduler();
    for (Kind kind : Kind.values()) {
      if (scheduler.chance(kind == Kind.CANCEL_COMMAND ? 0.05 : 0.6)) {
        mix.add(kind);
      }
    }
    this.meanMs = scheduler.between(100, 1_200);
  }

  void start() {
    if (!mix.isEmpty()) {
      next();
    }
    scheduler.after(world.setup().faultyMs(), "faults", "end", this::mend);
  }

  /** Whether everything is mended. */
  boolean over() {
    return over;
  }

  /** How often each kind happened. */
  Map<Kind, Integer> happened() {
    return happened;
  }

  /** Whether the reply to this request is lost. */
  boolean replyLost() {
    return !over && scheduler.chance(world.setup().lostReplies());
  }

  /** Whether the source fails for good now. */
  boolean fatal() {
    return !over && world.setup().fatal() > 0 && scheduler.chance(world.setup().fatal());
  }

  private void next() {
    Kind kind = mix.get(scheduler.between(0, mix.size() - 1));
    scheduler.after(
        scheduler.between(1, 2 * meanMs),
        "faults",
        kind.toString(),
        () -> {
          if (!over) {
            happened.merge(kind, 1, Integer::sum);
            happen(kind);
            next();
          }
        });
  }

  private void happen(Kind kind) {
    SimWorker worker = world.workers().get(scheduler.between(0, world.setup().workers() - 1));
    switch (kind) {
      case CRASH -> crash(worker);
      case PAUSE -> pause(worker);
      case REPLACE_WHILE_PAUSED -> {
        if (!worker.dead()) {
          pause(worker);
          world.startWorker(worker.name());
        }
      }
      case SHUT_DOWN -> {
        worker.shutDown();
        later(scheduler.between(500, 5_000), "restart " + worker.name(), () -> restart(worker));
      }
      case REBALANCE -> world.group().rebalance(true);
      case LOG_DOWN -> {
        world.log().available(false);
        later(scheduler.between(50, 2_000), "log is back", this::logBack);
      }
      case SINK_DOWN -> {
        world.sink().available(false);
        later(scheduler.between(50, 2_000), "sink is back", () -> world.sink().available(true));
      }
      case RECONCILER_RESTART -> restartReconciler();
      case RECONCILER_REPLAY -> world.invariants().replays();
      case PAUSE_COMMAND -> {
        String backfill = anyBackfill();
        world.reconciler().ask(CommandType.PAUSE, backfill);
        int delay = scheduler.between(50, 3_000);
        later(delay, "resume", () -> world.reconciler().ask(CommandType.RESUME, backfill));
      }
      case RETRY_COMMAND -> world.reconciler().failed().ifPresent(world.planner()::retry);
      case CANCEL_COMMAND -> world.reconciler().ask(CommandType.CANCEL, anyBackfill());
    }
  }

  private void later(int delayMs, String what, Runnable action) {
    scheduler.after(delayMs, "faults", what, action);
  }

  private void crash(SimWorker worker) {
    worker.crash();
    later(scheduler.between(10, 4_000), "restart " + worker.name(), () -> restart(worker));
  }

  private void restart(SimWorker worker) {
    if (worker.dead() && world.workers().contains(worker)) {
      world.startWorker(worker.name());
    }
  }

  private void pause(SimWorker worker) {
    worker.pause();
    int delay = scheduler.between(10, scheduler.chance(0.5) ? 600 : 6_000);
    later(delay, "resume " + worker.name(), worker::resume);
  }

  private void logBack() {
    world.log().available(true);
    world.group().forgiveSilence();
  }

  private void restartReconciler() {
    world.reconciler().crash();
    later(
        scheduler.between(10, 1_500),
        "reconciler starts",
        () -> {
          if (!world.reconciler().up()) {
            world.reconciler().start();
          }
        });
  }

  private String anyBackfill() {
    List<Plan> plans = world.planner().plans();
    return plans.get(scheduler.between(0, plans.size() - 1)).getBackfillId();
  }

  private void mend() {
    over = true;
    logBack();
    world.sink().available(true);
    if (!world.reconciler().up()) {
      world.reconciler().start();
    }
    world.replaced().forEach(SimWorker::resume);
    for (SimWorker w : world.workers()) {
      w.resume();
      restart(w);
    }
    // A worker that was shutting down ends a little later.
    later(5_000, "last restarts", () -> world.workers().forEach(this::restart));
    world.planner().rows().keySet().forEach(b -> world.reconciler().ask(CommandType.RESUME, b));
  }
}
