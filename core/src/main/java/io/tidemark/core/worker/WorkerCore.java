package io.tidemark.core.worker;

import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.core.worker.Run.Phase;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/**
 * The decisions of a worker (DESIGN §3.2–3.6): which descriptors to claim, what lanes run, what is
 * reported when, what a lost queue means. Pure: events say what happened and when, effects say what
 * to do; no clock, no thread, no I/O. One commit is in flight at a time; a shell that commits
 * synchronously answers before the next event, a simulation may answer late.
 *
 * <p>The order that everything rests on: a lane starts only after its claim has committed; an
 * offset is committed only with, or after, the terminal report of every descriptor before it.
 */
public final class WorkerCore {

  private final WorkerSettings settings;
  private final RandomGenerator chance;
  private final Map<Integer, QueueState> queues = new TreeMap<>();
  private final Map<Long, Run> tasks = new HashMap<>();
  private final Backfills backfills = new Backfills();
  private final ClaimAhead claimAhead = new ClaimAhead();
  private final Turns turns = new Turns();
  private final Reporting reporting;
  private long lastTask;
  private boolean shuttingDown;

  /**
   * A worker that owns nothing yet.
   *
   * @param chance draws the jitter of retries
   */
  public WorkerCore(WorkerSettings settings, RandomGenerator chance) {
    this.settings = settings;
    this.chance = chance;
    this.reporting = new Reporting(settings);
  }

  /**
   * Hears of an event.
   *
   * @param now milliseconds since the epoch
   * @return what to do, in order
   */
  public List<WorkerEffect> on(WorkerEvent event, long now) {
    List<WorkerEffect> out = new ArrayList<>();
    switch (event) {
      case WorkerEvent.Assigned e -> assigned(e.queues(), out);
      case WorkerEvent.Recovered e -> recovered(e);
      case WorkerEvent.Revoking e -> stopAll(e.queues(), out);
      case WorkerEvent.Revoked e -> revoked(e.queues(), now, out);
      case WorkerEvent.Lost e -> drop(e.queues(), out);
      case WorkerEvent.DescriptorRead e -> read(e, out);
      case WorkerEvent.DescriptorUnreadable e -> unreadable(e);
      case WorkerEvent.BackfillKnown e -> backfills.planned(e.backfill(), e.retry());
      case WorkerEvent.Directed e -> directed(e, out);
      case WorkerEvent.Committed e -> committed(e.offsets(), now, out);
      case WorkerEvent.CommitFailed e -> commitFailed();
      case WorkerEvent.Opened e -> opened(e, now, out);
      case WorkerEvent.ChunkDone e -> chunkDone(e, now);
      case WorkerEvent.Stopped e -> stopped(e.task());
      case WorkerEvent.Failed e -> failed(e, now);
      case WorkerEvent.Shutdown e -> {
        shuttingDown = true;
        stopAll(queues.keySet(), out);
      }
      case WorkerEvent.Tick e -> tick(now, out);
    }
    return out;
  }

  // ---- what the shell may ask -------------------------------------------------------------------

  /** Queues that it owns. */
  public Set<Integer> queues() {
    return Set.copyOf(queues.keySet());
  }

  /** Tasks that lanes run or are about to. */
  public int active() {
    return tasks.size();
  }

  /** Whether a lane still works for one of these queues. */
  public boolean busy(Set<Integer> of) {
    return tasks.values().stream().anyMatch(r -> of.contains(r.queue));
  }

  /** Backfills whose descriptors wait because their plan or directive is missing, or says hold. */
  public Set<String> heldBackfills() {
    Set<String> held = new TreeSet<>();
    queues.values().forEach(q -> held.addAll(q.waitingBackfills()));
    held.removeIf(backfills::mayRun);
    return held;
  }

  // ---- queues -----------------------------------------------------------------------------------

  private void assigned(Set<Integer> given, List<WorkerEffect> out) {
    Set<Integer> fresh = new HashSet<>();
    for (int q : given) {
      if (!queues.containsKey(q)) {
        queues.put(q, new QueueState(q));
        fresh.add(q);
      }
    }
    if (!fresh.isEmpty()) {
      out.add(new WorkerEffect.Recover(fresh));
    }
  }

  private void recovered(WorkerEvent.Recovered e) {
    QueueState q = queues.get(e.queue());
    if (q != null) {
      q.recovered(e.position(), e.end(), e.checkpoints());
    }
  }

  private void stopAll(Set<Integer> of, List<WorkerEffect> out) {
    for (Run run : List.copyOf(tasks.values())) {
      if (of.contains(run.queue)) {
        stop(run, out);
      }
    }
    of.stream().map(queues::get).filter(Objects::nonNull).forEach(QueueState::leave);
  }

  private void revoked(Set<Integer> gone, long now, List<WorkerEffect> out) {
    for (int n : gone) {
      QueueState q = queues.get(n);
      if (q != null) {
        q.leave();
        abortTasks(q, out);
      }
    }
    if (!reporting.inFlight()) {
      commit(now, out);
    }
    // What is in flight carries their last word; the queues go now, its answer finds them gone.
    gone.forEach(queues::remove);
  }

  private void drop(Set<Integer> gone, List<WorkerEffect> out) {
    for (int n : gone) {
      QueueState q = queues.remove(n);
      if (q != null) {
        abortTasks(q, out);
      }
    }
  }

  private void abortTasks(QueueState q, List<WorkerEffect> out) {
    for (Run run : q.runs()) {
      if (run.phase() instanceof Phase.Running r) {
        tasks.remove(r.task());
        out.add(new WorkerEffect.Abort(r.task()));
        q.to(run, new Phase.Ready(), true);
      }
    }
  }

  // ---- descriptors ------------------------------------------------------------------------------

  private void read(WorkerEvent.DescriptorRead e, List<WorkerEffect> out) {
    QueueState q = queues.get(e.queue());
    if (q == null) {
      return;
    }
    q.read(e.offset(), e.descriptor());
    // Only what may run counts: a held backfill must not block the others.
    if (!q.readingPaused() && q.readyCount(backfills::mayRun) > settings.lookahead()) {
      q.readingPaused(true);
      out.add(new WorkerEffect.PauseReading(q.number));
    }
  }

  private void unreadable(WorkerEvent.DescriptorUnreadable e) {
    QueueState q = queues.get(e.queue());
    if (q != null) {
      q.passed(e.offset());
    }
  }

  // ---- directives -------------------------------------------------------------------------------

  private void directed(WorkerEvent.Directed e, List<WorkerEffect> out) {
    backfills.directed(e.backfill(), e.runState());
    for (QueueState q : queues.values()) {
      for (Run run : q.runs()) {
        if (run.descriptor.getBackfillId().equals(e.backfill())) {
          obey(q, run, e.runState(), out);
        }
      }
    }
  }

  private void obey(QueueState q, Run run, RunState directed, List<WorkerEffect> out) {
    if (directed == RunState.RUN) {
      return;
    }
    switch (run.phase()) {
      case Phase.Running r -> stop(run, out);
      case Phase.Backoff b -> rest(q, run);
      case Phase.Ready r -> rest(q, run);
      case Phase.Claiming c -> {} // its lane is not started: see committed()
      case Phase.Ended ended -> {}
    }
  }

  /** Puts down a partition that no lane has: released, or cancelled for good. */
  private void rest(QueueState q, Run run) {
    if (backfills.cancelled(run.descriptor.getBackfillId())) {
      q.to(run, new Phase.Ended(PartitionState.CANCELLED), true);
    } else if (!(run.phase() instanceof Phase.Ready)) {
      q.to(run, new Phase.Ready(), true);
    }
  }

  private void stop(Run run, List<WorkerEffect> out) {
    if (run.phase() instanceof Phase.Running r && !r.stopping()) {
      queues.get(run.queue).to(run, new Phase.Running(r.task(), true), false);
      out.add(new WorkerEffect.Stop(r.task()));
    }
  }

  // ---- lanes ------------------------------------------------------------------------------------

  private void opened(WorkerEvent.Opened e, long now, List<WorkerEffect> out) {
    Run run = tasks.get(e.task());
    if (run == null) {
      return;
    }
    QueueState q = queues.get(run.queue);
    long had = run.point.totals().rows();
    long got = e.point().totals().rows();
    if (got < had) {
      run.error = wentBack(had, got, now);
      end(q, run, PartitionState.FAILED);
      out.add(new WorkerEffect.Abort(e.task()));
      return;
    }
    if (!run.point.equals(e.point())) {
      run.point = e.point();
      q.changed(run);
    }
    if (e.complete()) {
      claimAhead.completed(now);
      end(q, run, PartitionState.COMPLETED);
    }
  }

  private static Failure wentBack(long had, long got, long now) {
    return new Failure(
        FailureKind.FATAL,
        "SINK_WENT_BACK",
        "the sink holds %d rows of this partition, the log says %d: the sink was restored or changed"
                .formatted(got, had)
            + " by hand; check it, then retry the partition",
        now);
  }

  private void chunkDone(WorkerEvent.ChunkDone e, long now) {
    Run run = tasks.get(e.task());
    if (run == null) {
      return;
    }
    run.point = e.point();
    run.attempt = 0;
    run.overloads = 0;
    run.error = null;
    QueueState q = queues.get(run.queue);
    q.changed(run);
    if (e.last()) {
      claimAhead.completed(now);
      end(q, run, PartitionState.COMPLETED);
    }
  }

  private void end(QueueState q, Run run, PartitionState state) {
    if (run.phase() instanceof Phase.Running r) {
      tasks.remove(r.task());
    }
    q.to(run, new Phase.Ended(state), true);
  }

  private void stopped(long task) {
    Run run = tasks.remove(task);
    if (run != null) {
      rest(queues.get(run.queue), run);
    }
  }

  private void failed(WorkerEvent.Failed e, long now) {
    Run run = tasks.get(e.task());
    if (run == null) {
      return;
    }
    QueueState q = queues.get(run.queue);
    RetryPolicy retry = backfills.retry(run.descriptor.getBackfillId());
    Failure failure = e.failure();
    run.error = failure;
    boolean fenced = failure.getCode().equals(FencedException.CODE);
    if (failure.getKind() == FailureKind.OVERLOAD) {
      run.overloads++;
      backoff(q, run, now + retry.delayMs(run.overloads, chance), false);
    } else if (fenced || failure.getKind() == FailureKind.TRANSIENT) {
      run.attempt++;
      if (run.attempt >= retry.attempts()) {
        end(q, run, PartitionState.FAILED);
      } else {
        backoff(q, run, now + retry.delayMs(run.attempt, chance), fenced);
      }
    } else {
      end(q, run, PartitionState.FAILED);
    }
  }

  /** Waits for the next attempt, unless the lane was stopping anyway. */
  private void backoff(QueueState q, Run run, long until, boolean reclaim) {
    boolean stopping = run.phase() instanceof Phase.Running r && r.stopping();
    if (run.phase() instanceof Phase.Running r) {
      tasks.remove(r.task());
    }
    q.to(run, new Phase.Backoff(until, reclaim), true);
    if (stopping) {
      rest(q, run);
    }
  }

  // ---- time: claims, retries, commits -----------------------------------------------------------

  private void tick(long now, List<WorkerEffect> out) {
    for (QueueState q : queues.values()) {
      if (q.readingPaused() && q.readyCount(backfills::mayRun) <= settings.lookahead() / 2) {
        q.readingPaused(false);
        out.add(new WorkerEffect.ResumeReading(q.number));
      }
      if (q.open()) {
        wakeBackoffs(q, now, out);
      }
    }
    if (!reporting.inFlight() && commitDue(now)) {
      commit(now, out);
    }
  }

  private void wakeBackoffs(QueueState q, long now, List<WorkerEffect> out) {
    for (Run run : q.backoffs()) {
      if (run.phase() instanceof Phase.Backoff b && b.untilMs() <= now) {
        if (b.reclaim()) {
          q.to(run, new Phase.Ready(), false);
        } else {
          start(q, run, out);
        }
      }
    }
  }

  private void start(QueueState q, Run run, List<WorkerEffect> out) {
    long task = ++lastTask;
    tasks.put(task, run);
    q.to(run, new Phase.Running(task, false), run.error != null);
    out.add(new WorkerEffect.Start(new Task(task, run.descriptor, run.fence, run.point)));
  }

  private boolean commitDue(long now) {
    return reporting.intervalOver(now)
        || queues.values().stream().anyMatch(QueueState::hasEnded)
        || (freeLanes(now) > 0
            && queues.values().stream()
                .anyMatch(q -> q.open() && q.nextReady(backfills::mayRun).isPresent()));
  }

  private int freeLanes(long now) {
    return shuttingDown ? 0 : settings.lanes() + claimAhead.extra(now) - tasks.size();
  }

  /** Everything there is to report, and as many claims as lanes want, in one transaction. */
  private void commit(long now, List<WorkerEffect> out) {
    int wanted = Math.min(freeLanes(now), Reporting.MAX_BATCH / 2);
    List<Run> claims = turns.pick(queues.values(), wanted, backfills::mayRun);
    reporting.commit(queues.values(), claims, now).ifPresent(out::add);
  }

  private void committed(List<Long> offsets, long now, List<WorkerEffect> out) {
    for (Run run : reporting.committed(queues, offsets, now)) {
      claimed(queues.get(run.queue), run, out);
    }
  }

  /** A claim is in the log: the lane may start, unless the world has changed meanwhile. */
  private void claimed(QueueState q, Run run, List<WorkerEffect> out) {
    if (q.open() && backfills.mayRun(run.descriptor.getBackfillId())) {
      start(q, run, out);
    } else {
      q.to(run, new Phase.Ready(), true);
      rest(q, run);
    }
  }

  private void commitFailed() {
    for (Run run : reporting.failed(queues)) {
      queues.get(run.queue).to(run, new Phase.Ready(), false);
    }
  }
}
