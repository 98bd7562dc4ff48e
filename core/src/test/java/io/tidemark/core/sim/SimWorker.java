package io.tidemark.core.sim;

import io.tidemark.core.retry.TaskException;
import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerCore;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.core.worker.WorkerSettings;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.RunState;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A worker process: the real {@link WorkerCore} in a simulated shell. The shell polls the group,
 * reads descriptors and directives, executes effects and tells the core what became of them. What
 * the process does itself stops with it; what it has sent to the log or the sink arrives anyway.
 */
final class SimWorker {

  /** What a server does with a request. */
  interface Request<T> {
    T arrive() throws TaskException;
  }

  private final World world;
  private final String name;
  private final int incarnation;
  private final WorkerCore core;
  private final Map<Integer, Long> positions = new TreeMap<>();
  private final Map<Integer, Integer> ownerships = new HashMap<>();
  private final Set<Integer> readingPaused = new TreeSet<>();
  private final Map<Long, SimLane> lanes = new TreeMap<>();
  private final Map<String, RunState> directives = new HashMap<>();
  private final Deque<Runnable> backlog = new ArrayDeque<>();
  private final SimCommits commits;
  private Optional<Set<Integer>> revoking = Optional.empty();
  private long drainUntil;
  private boolean revoked;
  private int generation;
  private int directivesRead;
  private int plansRead;
  private boolean joined;
  private boolean dead;
  private boolean paused;
  private boolean leaving;
  private long clockOff;

  SimWorker(World world, String name, int incarnation) {
    this.world = world;
    this.name = name;
    this.incarnation = incarnation;
    Setup s = world.setup();
    this.core =
        new WorkerCore(
            new WorkerSettings(name, s.lanes(), s.checkpointMs(), s.lookahead()),
            world.scheduler().random());
    this.commits = new SimCommits(world, this);
    later(world.scheduler().between(1, 200), "starts", this::poll);
  }

  String name() {
    return name;
  }

  int incarnation() {
    return incarnation;
  }

  int generation() {
    return generation;
  }

  boolean dead() {
    return dead;
  }

  boolean paused() {
    return paused;
  }

  boolean idle() {
    return dead || (core.active() == 0 && !commits.inFlight());
  }

  // ---- life
  // -----------------------------------------------------------------------------------------

  void crash() {
    dead = true;
    backlog.clear();
  }

  /** Stops in mid-loop: what it heard last was another world's news by the time it acts on it. */
  void pause() {
    if (!paused && world.scheduler().chance(0.5)) {
      backlog.add(() -> feed(new WorkerEvent.Tick()));
    }
    paused = true;
  }

  /** Its clock is set ahead or back. */
  void clockJumps(int byMs) {
    clockOff += byMs;
  }

  /** Goes on where it stood: what fell due meanwhile happens now, in order. */
  void resume() {
    paused = false;
    for (Runnable r = backlog.poll(); r != null && !paused; r = backlog.poll()) {
      act(r);
    }
  }

  /** Ends in good order: lanes stop, the last reports go out, the group is told. */
  void shutDown() {
    act(
        () -> {
          leaving = true;
          feed(new WorkerEvent.Shutdown());
        });
  }

  /** Lets the process do something later, unless it is dead by then. */
  void later(long delayMs, String what, Runnable action) {
    world.scheduler().after(delayMs, name + "#" + incarnation, what, () -> act(action));
  }

  private void act(Runnable action) {
    if (dead) {
      return;
    }
    if (paused) {
      backlog.add(action);
    } else {
      action.run();
    }
  }

  /** Sends a request to the sink: it may arrive late, and its reply may be lost. */
  <T> void call(
      String what,
      int delayMs,
      Request<T> request,
      Consumer<T> ok,
      Consumer<TaskException> failed) {
    Scheduler s = world.scheduler();
    TaskException lost =
        new TaskException(
            FailureKind.UNAVAILABLE, "08007", what + ": no reply from the sink", null);
    boolean gaveUp = world.faults().replyLost();
    boolean late = gaveUp && s.chance(0.5);
    if (late) {
      later(delayMs, what + " timed out", () -> failed.accept(lost));
    }
    int arrival = late ? delayMs + s.between(0, 400) : delayMs;
    s.after(
        arrival,
        "sink",
        what,
        () -> {
          Runnable reply;
          try {
            T result = request.arrive();
            reply = () -> ok.accept(result);
          } catch (TaskException e) {
            reply = () -> failed.accept(e);
          }
          if (!late) {
            later(1, what + " reply", gaveUp ? () -> failed.accept(lost) : reply);
          }
        });
  }

  // ---- the loop
  // -------------------------------------------------------------------------------------

  private void poll() {
    if (world.log().available()) {
      SimGroup.Heard heard = world.group().poll(name, incarnation, joined);
      if (heard.fenced()) {
        crash();
        return;
      }
      joined = true;
      generation = heard.generation();
      obey(heard);
      readTopics();
      readWork();
    }
    letGo();
    feed(new WorkerEvent.Tick());
    if (!dead) {
      later(world.scheduler().between(5, world.setup().pollMs()), "poll", this::poll);
    }
  }

  private void obey(SimGroup.Heard heard) {
    if (heard.lost()) {
      Set<Integer> all = new TreeSet<>(core.queues());
      forget(all);
      revoking = Optional.empty();
      feed(new WorkerEvent.Lost(all));
    }
    if (revoking.isEmpty() && !heard.revoke().isEmpty()) {
      revoke(heard.revoke());
    }
    if (leaving && revoking.isEmpty()) {
      revoke(new TreeSet<>(core.queues()));
    }
    if (!heard.assigned().isEmpty()) {
      feed(new WorkerEvent.Assigned(heard.assigned()));
    }
  }

  private void revoke(Set<Integer> queues) {
    revoking = Optional.of(queues);
    revoked = false;
    drainUntil = world.scheduler().now() + world.setup().drainMs();
    feed(new WorkerEvent.Revoking(queues));
  }

  /** Gives up queues once their lanes have stopped, and joins again once the last commit is out. */
  private void letGo() {
    if (revoking.isEmpty()) {
      return;
    }
    Set<Integer> gone = revoking.get();
    boolean drained = !core.busy(gone) || world.scheduler().now() >= drainUntil;
    if (!revoked && drained) {
      revoked = true;
      forget(gone);
      feed(new WorkerEvent.Revoked(gone));
    }
    if (revoked && !commits.inFlight() && world.log().available()) {
      world.group().released(name, incarnation, gone);
      revoking = Optional.empty();
      if (leaving) {
        world.group().leave(name, incarnation);
        crash();
      }
    }
  }

  private void forget(Set<Integer> queues) {
    for (int q : queues) {
      positions.remove(q);
      readingPaused.remove(q);
      ownerships.merge(q, 1, Integer::sum);
    }
  }

  private void readTopics() {
    List<Plan> plans = world.planner().plans();
    for (; plansRead < plans.size(); plansRead++) {
      deliver(
          new WorkerEvent.BackfillKnown(
              plans.get(plansRead).getBackfillId(),
              world.retry(),
              Long.MAX_VALUE,
              5,
              plans.get(plansRead).getCreatedAt()));
    }
    List<Directive> log = world.reconciler().directiveLog();
    for (; directivesRead < log.size(); directivesRead++) {
      Directive d = log.get(directivesRead);
      directives.put(d.getBackfillId(), d.getRunState());
      deliver(
          new WorkerEvent.Directed(
              d.getBackfillId(),
              d.getRunState(),
              d.getDeadLettersSpent(),
              WorkerEvent.Directed.ALL_LANES,
              d.getAt()));
    }
  }

  /** What the process knows of the directive for a task's backfill. */
  RunState directed(Task task) {
    return directives.getOrDefault(task.descriptor().getBackfillId(), RunState.UNKNOWN);
  }

  private void readWork() {
    for (int q : List.copyOf(positions.keySet())) {
      int most = world.scheduler().between(1, 4);
      for (int n = 0; n < most && !readingPaused.contains(q); n++) {
        long at = positions.get(q);
        if (at >= world.log().workEnd(q)) {
          break;
        }
        positions.put(q, at + 1);
        world.log().workAt(q, at).ifPresent(d -> deliver(new WorkerEvent.DescriptorRead(q, at, d)));
      }
      feed(new WorkerEvent.QueueRead(q, positions.get(q)));
    }
  }

  // ---- effects
  // --------------------------------------------------------------------------------------

  /** Feeds what comes from a topic, perhaps twice. */
  private void deliver(WorkerEvent event) {
    feed(event);
    if (world.faults().twice()) {
      feed(event);
    }
  }

  void feed(WorkerEvent event) {
    world.scheduler().note(() -> "    " + name + "#" + incarnation + " <- " + event);
    for (WorkerEffect effect : core.on(event, world.scheduler().now() + clockOff)) {
      world.scheduler().note(() -> "    " + name + "#" + incarnation + " -> " + effect);
      execute(effect);
    }
    runLanes();
  }

  private void execute(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Recover e -> new TreeSet<>(e.queues()).forEach(this::recover);
      case WorkerEffect.Commit e -> commits.start(e);
      case WorkerEffect.Start e -> lanes.put(e.task().id(), new SimLane(world, this, e.task()));
      case WorkerEffect.Pass e -> lanes.get(e.task()).pass();
      case WorkerEffect.Stop e -> lanes.get(e.task()).stop();
      case WorkerEffect.Abort e -> lanes.get(e.task()).abort();
      case WorkerEffect.PauseReading e -> readingPaused.add(e.queue());
      case WorkerEffect.Reread e -> positions.put(e.queue(), e.from());
      case WorkerEffect.ResumeReading e -> readingPaused.remove(e.queue());
    }
  }

  private void runLanes() {
    lanes.values().removeIf(SimLane::over);
    List<SimLane> waiting = new ArrayList<>();
    int busy = 0;
    for (SimLane lane : lanes.values()) {
      if (lane.started()) {
        busy++;
      } else {
        waiting.add(lane);
      }
    }
    for (SimLane lane : waiting) {
      if (busy++ < world.setup().lanes()) {
        lane.start();
      }
    }
  }

  private void recover(int queue) {
    int ownership = ownerships.merge(queue, 1, Integer::sum);
    later(world.scheduler().between(1, 80), "recover " + queue, () -> recover(queue, ownership));
  }

  private void recover(int queue, int ownership) {
    if (ownerships.get(queue) != ownership) {
      return;
    }
    SimLog log = world.log();
    boolean records = world.mutation() != Mutation.SHELL_READS_TO_STABLE_END;
    boolean waits = world.mutation() != Mutation.SHELL_RECOVERS_WITHOUT_WAITING;
    Set<String> pending = log.pending(queue, records);
    if (!log.available() || (waits && !pending.isEmpty())) {
      if (log.available() && world.scheduler().chance(0.3)) {
        pending.forEach(log::initTransactions);
      }
      later(world.scheduler().between(5, 50), "recover", () -> recover(queue, ownership));
      return;
    }
    positions.put(queue, log.position(queue));
    feed(
        new WorkerEvent.Recovered(
            queue, log.position(queue), log.workEnd(queue), log.newest(queue)));
  }
}
