package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunningPartition;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** So many workers may die of a partition, however few attempts it has. */
  private static final int LEAST_DEATHS = 3;

  private final int lookahead;
  private final Map<Integer, QueueState> queues = new TreeMap<>();
  private final Tasks tasks = new Tasks();
  private final Backfills backfills = new Backfills();
  private final Steering steering = new Steering(queues.values(), tasks, backfills);
  private final Claims claims;
  private final Attempts attempts;
  private final Reporting reporting;
  private final SteadyTime time = new SteadyTime();

  /** What the wall clock says of the event in hand: for people to read, not to wait by. */
  private long wallMs;

  /**
   * A worker that owns nothing yet.
   *
   * @param chance draws the jitter of retries
   */
  public WorkerCore(WorkerSettings settings, RandomGenerator chance) {
    this.lookahead = settings.lookahead();
    this.claims = new Claims(settings.lanes(), backfills);
    this.attempts = new Attempts(queues, tasks, backfills, claims, steering, chance);
    this.reporting = new Reporting(settings);
  }

  /**
   * Hears of an event.
   *
   * @param wallMs milliseconds since the epoch; may jump, as clocks do
   * @return what to do, in order
   */
  public List<WorkerEffect> on(WorkerEvent event, long wallMs) {
    this.wallMs = wallMs;
    long now = time.at(wallMs);
    List<WorkerEffect> out = new ArrayList<>();
    switch (event) {
      case WorkerEvent.Assigned e -> assigned(e.queues(), out);
      case WorkerEvent.Recovered e -> recovered(e);
      case WorkerEvent.Revoking e -> stopAll(e.queues(), out);
      case WorkerEvent.Revoked e -> revoked(e.queues(), now, out);
      case WorkerEvent.Lost e -> drop(e.queues(), out);
      case WorkerEvent.DescriptorRead e -> read(e, out);
      case WorkerEvent.QueueRead e -> passed(e.queue(), e.next());
      case WorkerEvent.BackfillKnown e -> steering.planned(e, out);
      case WorkerEvent.Directed e -> steering.directed(e, out);
      case WorkerEvent.Committed e -> committed(e.offsets(), out);
      case WorkerEvent.CommitFailed e -> commitFailed(now);
      case WorkerEvent.Opened e ->
          tasks.of(e.task()).ifPresent(r -> attempts.opened(r, e, now, wallMs, out));
      case WorkerEvent.ChunkDone e ->
          tasks.of(e.task()).ifPresent(r -> attempts.chunkDone(r, e, now, wallMs, out));
      case WorkerEvent.Refused e -> tasks.of(e.task()).ifPresent(r -> attempts.setAside(r, e, out));
      case WorkerEvent.Stopped e -> tasks.of(e.task()).ifPresent(attempts::stopped);
      case WorkerEvent.Failed e ->
          tasks.of(e.task()).ifPresent(r -> attempts.failed(r, e.failure(), now));
      case WorkerEvent.Shutdown e -> {
        claims.close();
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
    return tasks.count();
  }

  /** Whether a lane still works for one of these queues. */
  public boolean busy(Set<Integer> of) {
    return tasks.busy(of);
  }

  /** Descriptors of these queues that it holds a claim for, with the claims' fences. */
  public Map<Descriptor, Long> claims(Set<Integer> of) {
    Map<Descriptor, Long> open = new LinkedHashMap<>();
    for (QueueState q : queues.values()) {
      if (of.contains(q.number)) {
        q.runs().stream().filter(Run::claimed).forEach(r -> open.put(r.descriptor, r.fence));
      }
    }
    return open;
  }

  /** Backfills whose descriptors wait because their plan or directive is missing, or says hold. */
  public Set<String> heldBackfills() {
    Set<String> held = new TreeSet<>();
    queues.values().forEach(q -> held.addAll(q.waitingBackfills()));
    held.removeIf(backfills::admitted);
    return held;
  }

  /**
   * What its lanes run.
   *
   * @param atMost so many, those that were started first
   */
  public List<RunningPartition> running(int atMost) {
    return tasks.running(atMost).stream().map(Run::telling).toList();
  }

  // ---- queues -----------------------------------------------------------------------------------

  private void assigned(Set<Integer> given, List<WorkerEffect> out) {
    Set<Integer> fresh = new HashSet<>();
    for (int n : given) {
      QueueState had = queues.get(n);
      if (had != null && had.leaving()) {
        // Its revocation was called off half way: what was stopped is found again in the log.
        drop(Set.of(n), out);
      }
      if (queues.putIfAbsent(n, new QueueState(n)) == null) {
        fresh.add(n);
      }
    }
    if (!fresh.isEmpty()) {
      out.add(new WorkerEffect.Recover(fresh));
    }
  }

  private void recovered(WorkerEvent.Recovered e) {
    QueueState q = queues.get(e.queue());
    if (q != null) {
      q.recovered(
          e.position(),
          e.end(),
          e.checkpoints().stream().filter(c -> !backfills.bygone(c.getDescriptor())).toList());
    }
  }

  private void stopAll(Set<Integer> of, List<WorkerEffect> out) {
    for (int n : of) {
      QueueState q = queues.get(n);
      if (q != null) {
        q.runs().forEach(run -> tasks.stop(q, run, out));
        q.leave();
      }
    }
  }

  private void revoked(Set<Integer> gone, long now, List<WorkerEffect> out) {
    for (int n : gone) {
      QueueState q = queues.get(n);
      if (q != null) {
        q.leave();
        tasks.abort(q, out);
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
        tasks.abort(q, out);
      }
    }
  }

  // ---- descriptors ------------------------------------------------------------------------------

  private void read(WorkerEvent.DescriptorRead e, List<WorkerEffect> out) {
    QueueState q = queues.get(e.queue());
    if (q == null) {
      return;
    }
    String backfill = e.descriptor().getBackfillId();
    if (backfills.bygone(e.descriptor())) {
      q.skip(e.offset(), e.descriptor());
      return;
    }
    boolean held = backfills.held(backfill);
    if (q.behindUnread(e.offset(), e.descriptor()) || (held && q.waiting(backfill) >= lookahead)) {
      q.leaveUnread(e.offset(), e.descriptor());
      return;
    }
    q.read(e.offset(), e.descriptor())
        .filter(run -> backfills.cancelled(run.descriptor.getBackfillId()))
        .ifPresent(run -> steering.rest(q, run));
    // Only what may run counts: a held backfill must not block the others.
    if (!q.readingPaused() && q.pending(backfills::mayRun) > lookahead) {
      q.readingPaused(true);
      out.add(new WorkerEffect.PauseReading(q.number));
    }
  }

  private void passed(int queue, long next) {
    QueueState q = queues.get(queue);
    if (q != null) {
      q.passed(next);
    }
  }

  // ---- time: claims, retries, commits -----------------------------------------------------------

  private void tick(long now, List<WorkerEffect> out) {
    claims.passed(tasks, now);
    for (QueueState q : queues.values()) {
      if (q.readingPaused() && q.pending(backfills::mayRun) <= lookahead / 2) {
        q.readingPaused(false);
        out.add(new WorkerEffect.ResumeReading(q.number));
      }
      if (q.open()) {
        wakeBackoffs(q, now, out);
      }
    }
    if (reporting.ready(now) && commitDue(now)) {
      commit(now, out);
    }
  }

  private void wakeBackoffs(QueueState q, long now, List<WorkerEffect> out) {
    for (Run run : q.backoffs()) {
      if (run.phase() instanceof Phase.Backoff b && b.untilMs() <= now && !tasks.suspect()) {
        String backfill = run.descriptor.getBackfillId();
        boolean company = run.suspect() && tasks.count() > 0;
        if (!hasLane(backfill)) {
          steering.rest(q, run);
        } else if (company || run.fence == Run.UNCLAIMED) {
          q.to(run, new Phase.Ready(), false);
        } else {
          tasks.start(q, run, wallMs, out);
        }
      }
    }
  }

  private boolean hasLane(String backfill) {
    return claims.hasLane(backfill, tasks.counts().getOrDefault(backfill, 0));
  }

  private boolean commitDue(long now) {
    return reporting.intervalOver(now)
        || tasks.waiting()
        || queues.values().stream().anyMatch(QueueState::hasEnded)
        || claims.due(queues.values(), tasks, now);
  }

  /** Everything there is to report, and as many claims as lanes want, in one transaction. */
  private void commit(long now, List<WorkerEffect> out) {
    List<Run> picked = claims.pick(queues.values(), tasks, now);
    reporting.commit(queues.values(), picked, now, wallMs).ifPresent(out::add);
  }

  private void committed(List<Long> offsets, List<WorkerEffect> out) {
    for (Run run : reporting.committed(queues, offsets, wallMs, out)) {
      claimed(queues.get(run.queue), run, out);
    }
  }

  /** A claim is in the log: the lane may start, unless the world has changed meanwhile. */
  private void claimed(QueueState q, Run run, List<WorkerEffect> out) {
    String backfill = run.descriptor.getBackfillId();
    boolean counts = !backfills.bygone(run.descriptor);
    if (q.open() && counts && backfills.mayRun(backfill) && hasLane(backfill)) {
      if (run.deaths >= Math.max(LEAST_DEATHS, backfills.retry(backfill).attempts())) {
        run.error = Refusals.deaths(run.deaths, wallMs);
        attempts.end(q, run, PartitionState.FAILED);
        return;
      }
      tasks.start(q, run, wallMs, out);
    } else {
      q.to(run, new Phase.Ready(), true);
      steering.rest(q, run);
    }
  }

  private void commitFailed(long now) {
    for (Run run : reporting.failed(queues, now)) {
      QueueState q = queues.get(run.queue);
      q.to(run, new Phase.Ready(), false);
      steering.rest(q, run);
    }
  }
}
