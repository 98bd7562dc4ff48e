package io.tidemark.core.sim;

import io.tidemark.schemas.avro.CommandType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * What goes wrong, and when. Each seed draws its own mix, so that some worlds know one kind of
 * fault only and others all of them at once. In the end everything is mended.
 *
 * <p>The whole schedule is drawn beforehand, from a generator of its own, and each fault draws its
 * details from a seed of its own: one can be left out, and the others stay what they were.
 */
final class Faults {

  /** Kinds of faults that happen at a moment. */
  enum Kind {
    CRASH,
    PAUSE,
    REPLACE_WHILE_PAUSED,
    SHUT_DOWN,
    REBALANCE,
    LOG_DOWN,
    SINK_DOWN,
    CLOCK_JUMP,
    PLANNER_CRASH,
    PLANNER_TWICE,
    RECONCILER_RESTART,
    RECONCILER_REPLAY,
    RECONCILER_CLOCK_JUMP,
    PAUSE_COMMAND,
    CANCEL_COMMAND,
    RETRY_COMMAND
  }

  /** What may go wrong with each request or delivery, all the time. */
  enum Condition {
    LOST_REPLIES,
    COMMITS_IN_DOUBT,
    DUPLICATE_DELIVERY,
    FATAL_CHUNKS,
    WORKER_LACKS_SECRET
  }

  /** A fault to come. */
  record Planned(int number, long atMs, Kind kind, long seed) {
    @Override
    public String toString() {
      return "#%d %s at %,d ms".formatted(number, kind, atMs);
    }
  }

  /** What of a schedule is left out: numbers of faults, and conditions. */
  record Omitted(Set<Integer> faults, Set<Condition> conditions) {
    static final Omitted NOTHING = new Omitted(Set.of(), Set.of());
  }

  private static final long MIXER = 0x9E3779B97F4A7C15L;
  private static final int MOST_JUMP_MS = 900_000;

  private final World world;
  private final Scheduler scheduler;
  private final List<Planned> planned;
  private final Set<Condition> conditions = EnumSet.noneOf(Condition.class);
  private final Map<Kind, Integer> happened = new EnumMap<>(Kind.class);
  private boolean over;

  Faults(World world, long seed, Omitted omitted) {
    this.world = world;
    this.scheduler = world.scheduler();
    RandomGenerator draw = new SplittableRandom(seed ^ MIXER);
    this.planned = new ArrayList<>(schedule(draw, world.setup().faultyMs()));
    planned.removeIf(f -> omitted.faults().contains(f.number()));
    for (Condition c : Condition.values()) {
      if (draw.nextDouble() < 0.6 && !omitted.conditions().contains(c)) {
        conditions.add(c);
      }
    }
  }

  private static List<Planned> schedule(RandomGenerator draw, int untilMs) {
    List<Kind> mix = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (draw.nextDouble() < (kind == Kind.CANCEL_COMMAND ? 0.05 : 0.6)) {
        mix.add(kind);
      }
    }
    List<Planned> planned = new ArrayList<>();
    int meanMs = draw.nextInt(100, 1_200);
    long at = draw.nextInt(2 * meanMs);
    while (!mix.isEmpty() && at < untilMs) {
      Kind kind = mix.get(draw.nextInt(mix.size()));
      planned.add(new Planned(planned.size(), at, kind, draw.nextLong()));
      at += 1 + draw.nextInt(2 * meanMs);
    }
    return planned;
  }

  void start() {
    for (Planned fault : planned) {
      scheduler.after(fault.atMs(), "faults", fault.kind().toString(), () -> happen(fault));
    }
    scheduler.after(world.setup().faultyMs(), "faults", "end", this::mend);
  }

  /** Whether everything is mended. */
  boolean over() {
    return over;
  }

  /** What was to go wrong at a moment. */
  List<Planned> planned() {
    return planned;
  }

  /** What was to go wrong all the time. */
  Set<Condition> conditions() {
    return conditions;
  }

  /** How often each kind happened. */
  Map<Kind, Integer> happened() {
    return happened;
  }

  /** Whether the reply to this request is lost. */
  boolean replyLost() {
    return now(Condition.LOST_REPLIES, world.setup().lostReplies());
  }

  /** Whether a worker does not learn, even by asking again, what became of this transaction. */
  boolean inDoubt() {
    return now(Condition.COMMITS_IN_DOUBT, 0.1);
  }

  /** Whether this message comes twice. */
  boolean twice() {
    return now(Condition.DUPLICATE_DELIVERY, 0.1);
  }

  /** Whether the source fails for good now. */
  boolean fatal() {
    return now(Condition.FATAL_CHUNKS, world.setup().fatal());
  }

  /** Whether a secret is missing on this worker: on one of them, all the time. */
  boolean lacksSecret(String worker) {
    return !over
        && conditions.contains(Condition.WORKER_LACKS_SECRET)
        && worker.equals(world.workers().getFirst().name());
  }

  private boolean now(Condition condition, double share) {
    return !over && share > 0 && conditions.contains(condition) && scheduler.chance(share);
  }

  private void happen(Planned fault) {
    happened.merge(fault.kind(), 1, Integer::sum);
    RandomGenerator draw = new SplittableRandom(fault.seed());
    SimWorker worker = world.workers().get(draw.nextInt(world.setup().workers()));
    switch (fault.kind()) {
      case CRASH -> crash(worker, draw.nextInt(10, 4_000));
      case PAUSE -> pause(worker, draw);
      case REPLACE_WHILE_PAUSED -> {
        if (!worker.dead()) {
          pause(worker, draw);
          world.startWorker(worker.name());
        }
      }
      case SHUT_DOWN -> {
        worker.shutDown();
        later(draw.nextInt(500, 5_000), "restart " + worker.name(), () -> restart(worker));
      }
      case REBALANCE -> world.group().rebalance(true);
      case LOG_DOWN -> {
        world.log().available(false);
        later(draw.nextInt(50, 2_000), "log is back", this::logBack);
      }
      case SINK_DOWN -> {
        world.sink().available(false);
        later(draw.nextInt(50, 2_000), "sink is back", () -> world.sink().available(true));
      }
      case CLOCK_JUMP -> worker.clockJumps(jump(draw));
      case PLANNER_CRASH -> {
        String backfill = anyBackfill(draw);
        world.planner().crash(backfill);
        later(draw.nextInt(10, 3_000), "planner starts", () -> world.planner().start(backfill));
      }
      case PLANNER_TWICE -> world.planner().start(anyBackfill(draw));
      case RECONCILER_RESTART -> {
        world.reconciler().crash();
        later(draw.nextInt(10, 1_500), "reconciler starts", this::restartReconciler);
      }
      case RECONCILER_REPLAY -> world.invariants().replays();
      case RECONCILER_CLOCK_JUMP -> world.reconciler().clockJumps(jump(draw));
      case PAUSE_COMMAND -> {
        String backfill = anyBackfill(draw);
        world.reconciler().ask(CommandType.PAUSE, backfill);
        int delay = draw.nextInt(50, 3_000);
        later(delay, "resume", () -> world.reconciler().ask(CommandType.RESUME, backfill));
      }
      case RETRY_COMMAND -> world.reconciler().failed().ifPresent(world.reconciler()::askRetry);
      case CANCEL_COMMAND -> world.reconciler().ask(CommandType.CANCEL, anyBackfill(draw));
    }
  }

  private static int jump(RandomGenerator draw) {
    return draw.nextInt(-MOST_JUMP_MS, MOST_JUMP_MS);
  }

  private void later(int delayMs, String what, Runnable action) {
    scheduler.after(delayMs, "faults", what, action);
  }

  /** Ends a worker without a word; somebody starts it again. */
  void crash(SimWorker worker, int restartMs) {
    worker.crash();
    later(restartMs, "restart " + worker.name(), () -> restart(worker));
  }

  private void restart(SimWorker worker) {
    if (worker.dead() && world.workers().contains(worker)) {
      world.startWorker(worker.name());
    }
  }

  private void pause(SimWorker worker, RandomGenerator draw) {
    worker.pause();
    int delay = draw.nextInt(10, draw.nextBoolean() ? 600 : 6_000);
    later(delay, "resume " + worker.name(), worker::resume);
  }

  private void logBack() {
    world.log().available(true);
    world.group().forgiveSilence();
  }

  private void restartReconciler() {
    if (!world.reconciler().up()) {
      world.reconciler().start();
    }
  }

  private String anyBackfill(RandomGenerator draw) {
    return world.backfills().get(draw.nextInt(world.setup().backfills()));
  }

  private void mend() {
    over = true;
    logBack();
    world.sink().available(true);
    restartReconciler();
    world.replaced().forEach(SimWorker::resume);
    for (SimWorker w : world.workers()) {
      w.resume();
      restart(w);
    }
    // A worker that was shutting down ends a little later.
    later(5_000, "last restarts", () -> world.workers().forEach(this::restart));
    for (String backfill : world.backfills()) {
      world.planner().start(backfill);
      world.reconciler().ask(CommandType.RESUME, backfill);
    }
  }
}
