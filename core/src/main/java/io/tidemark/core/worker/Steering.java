package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import io.tidemark.schemas.avro.PartitionState;
import java.util.Collection;
import java.util.List;

/**
 * What directives mean for the partitions of a worker: those of a backfill that may not run are put
 * down, and of one that may run fewer at the same time the surplus.
 */
final class Steering {

  private final Collection<QueueState> queues;
  private final Tasks tasks;
  private final Backfills backfills;

  /**
   * @param queues those that the worker owns, as they are when asked
   */
  Steering(Collection<QueueState> queues, Tasks tasks, Backfills backfills) {
    this.queues = queues;
    this.tasks = tasks;
    this.backfills = backfills;
  }

  /** A plan became known; of an archived one with its id, nothing counts any more. */
  void planned(WorkerEvent.BackfillKnown e, List<WorkerEffect> out) {
    long before = backfills.since(e.backfill());
    backfills.planned(e);
    bury(e.backfill(), before, out);
    if (!backfills.held(e.backfill())) {
      reread(e.backfill(), out);
    }
  }

  void directed(WorkerEvent.Directed e, List<WorkerEffect> out) {
    long before = backfills.since(e.backfill());
    if (!backfills.directed(e)) {
      return;
    }
    bury(e.backfill(), before, out);
    if (backfills.mayRun(e.backfill())) {
      stopSurplus(e.backfill(), out);
    } else {
      for (QueueState q : queues) {
        for (Run run : q.runs()) {
          if (run.descriptor.getBackfillId().equals(e.backfill())) {
            putDown(q, run, out);
          }
        }
      }
    }
    if (!backfills.held(e.backfill()) || backfills.forgotten(e.backfill())) {
      reread(e.backfill(), out);
    }
  }

  /**
   * Lets go of what is known of partitions of an archived backfill.
   *
   * @param before since when its descriptors counted so far; if they still do, nothing is to be
   *     looked for
   */
  private void bury(String backfill, long before, List<WorkerEffect> out) {
    long since = backfills.since(backfill);
    if (since == before) {
      return;
    }
    for (QueueState q : queues) {
      q.forgetBefore(backfill, since);
      q.runs().stream()
          .filter(run -> run.descriptor.getBackfillId().equals(backfill))
          .filter(run -> backfills.bygone(run.descriptor))
          .forEach(run -> putDown(q, run, out));
    }
  }

  /** The youngest go: they have the least to lose. */
  private void stopSurplus(String backfill, List<WorkerEffect> out) {
    tasks.running(backfill).stream()
        .skip(backfills.lanes(backfill))
        .forEach(
            run -> queues.stream().filter(q -> q.holds(run)).forEach(q -> tasks.stop(q, run, out)));
  }

  private void putDown(QueueState q, Run run, List<WorkerEffect> out) {
    switch (run.phase()) {
      case Phase.Running r -> tasks.stop(q, run, out);
      case Phase.Backoff b -> rest(q, run);
      case Phase.Ready r -> rest(q, run);
      case Phase.Claiming c -> {} // its lane is not started: see WorkerCore.claimed()
      case Phase.Ended ended -> {}
    }
  }

  /** Reads again what was left in the log of a backfill. */
  private void reread(String backfill, List<WorkerEffect> out) {
    for (QueueState q : queues) {
      q.readAgain(backfill).ifPresent(from -> out.add(new WorkerEffect.Reread(q.number, from)));
    }
  }

  /** Puts down a partition that no lane has: released, or cancelled for good. */
  void rest(QueueState q, Run run) {
    run.tries = run.tries.rested();
    String backfill = run.descriptor.getBackfillId();
    if (backfills.bygone(run.descriptor)) {
      q.forget(run);
    } else if (backfills.cancelled(backfill)) {
      q.to(run, new Phase.Ended(PartitionState.CANCELLED), true);
    } else if (!(run.phase() instanceof Phase.Ready)) {
      q.to(run, new Phase.Ready(), true);
    }
  }
}
