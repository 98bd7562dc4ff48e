package io.tidemark.core.worker;

import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.core.retry.Tries;
import io.tidemark.core.worker.Run.Phase;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

/** What becomes of a partition when its lane tells of the attempt in hand. */
final class Attempts {

  private final Map<Integer, QueueState> queues;
  private final Tasks tasks;
  private final Backfills backfills;
  private final Claims claims;
  private final Steering steering;
  private final RandomGenerator chance;

  /**
   * @param queues those that the worker owns, as they are when a lane tells
   * @param chance draws the jitter of retries
   */
  Attempts(
      Map<Integer, QueueState> queues,
      Tasks tasks,
      Backfills backfills,
      Claims claims,
      Steering steering,
      RandomGenerator chance) {
    this.queues = queues;
    this.tasks = tasks;
    this.backfills = backfills;
    this.claims = claims;
    this.steering = steering;
    this.chance = chance;
  }

  /** Source and sink have answered, and the sink has told how far it is. */
  void opened(Run run, WorkerEvent.Opened e, long now, long wallMs, List<WorkerEffect> out) {
    QueueState q = queues.get(run.queue);
    run.working = true;
    if (e.point().isBehind(run.point)) {
      run.error = Refusals.wentBack(run.point, e.point(), wallMs);
      end(q, run, PartitionState.FAILED);
      out.add(new WorkerEffect.Abort(e.task()));
      return;
    }
    if (refused(run, e.task(), e.point(), wallMs, out)) {
      return;
    }
    if (!run.point.equals(e.point())) {
      advance(q, run, e.point(), wallMs);
    }
    if (e.complete()) {
      claims.completed(now);
      end(q, run, PartitionState.COMPLETED);
    }
  }

  /** A chunk is committed at the sink. */
  void chunkDone(Run run, WorkerEvent.ChunkDone e, long now, long wallMs, List<WorkerEffect> out) {
    QueueState q = queues.get(run.queue);
    if (refused(run, e.task(), e.point(), wallMs, out)) {
      return;
    }
    advance(q, run, e.point(), wallMs);
    if (e.last()) {
      claims.completed(now);
      end(q, run, PartitionState.COMPLETED);
    }
  }

  /**
   * Fails a partition at a point that is too long to be reported: it stays where the last report
   * can say it is, and the sink, where it keeps account, knows better.
   */
  private boolean refused(Run run, long task, Point at, long wallMs, List<WorkerEffect> out) {
    if (at.fits()) {
      return false;
    }
    run.error = Refusals.tooLong(at, wallMs);
    end(queues.get(run.queue), run, PartitionState.FAILED);
    out.add(new WorkerEffect.Abort(task));
    return true;
  }

  /** The cursor moved: failures are counted anew. */
  private static void advance(QueueState q, Run run, Point to, long wallMs) {
    run.pace = run.pace.after(to.totals().rows() - run.point.totals().rows(), wallMs);
    run.point = to;
    run.tries = Tries.NONE;
    run.deaths = 0;
    run.error = null;
    q.changed(run);
  }

  /** A row is refused: it goes to the log before its lane may pass it, if the budget allows. */
  void setAside(Run run, WorkerEvent.Refused e, List<WorkerEffect> out) {
    QueueState q = queues.get(run.queue);
    long before = run.point.totals().deadLetters();
    if (backfills.maySetAside(run.descriptor.getBackfillId(), before)) {
      run.letter = Refusals.letter(e.letter(), run.tries.failures());
      q.changed(run);
    } else {
      run.error = Refusals.beyondBudget(e.letter());
      end(q, run, PartitionState.FAILED);
      out.add(new WorkerEffect.Abort(e.task()));
    }
  }

  /** Nothing is left to do but to report it. */
  void end(QueueState q, Run run, PartitionState state) {
    tasks.left(run);
    q.to(run, new Phase.Ended(state), true);
  }

  /** A lane has put the partition down between two chunks. */
  void stopped(Run run) {
    tasks.left(run);
    steering.rest(queues.get(run.queue), run);
  }

  /** An attempt failed: there will be another, or not. */
  void failed(Run run, Failure failure, long now) {
    QueueState q = queues.get(run.queue);
    RetryPolicy retry = backfills.retry(run.descriptor.getBackfillId());
    run.error = Refusals.told(failure);
    boolean fenced = failure.getCode().equals(FencedException.CODE);
    if (fenced) {
      // The queue is ours, so a newer claim is ours to make.
      run.fence = Run.UNCLAIMED;
    }
    FailureKind kind = fenced ? FailureKind.TRANSIENT : failure.getKind();
    run.tries = run.tries.after(kind, run.working, now, retry);
    if (run.tries.over(kind, retry)) {
      end(q, run, PartitionState.FAILED);
    } else {
      // What this worker lacks does not come by asking more often at first.
      boolean local = kind == FailureKind.LOCAL;
      long wait = local ? retry.maxMs() : retry.delayMs(run.tries.failures(), chance);
      backoff(q, run, now + wait);
    }
  }

  /** Waits for the next attempt, unless the lane was stopping anyway. */
  private void backoff(QueueState q, Run run, long until) {
    boolean stopping = run.phase() instanceof Phase.Running r && r.stopping();
    tasks.left(run);
    q.to(run, new Phase.Backoff(until), true);
    if (stopping) {
      steering.rest(q, run);
    }
  }
}
