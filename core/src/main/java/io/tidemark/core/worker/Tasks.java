package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tasks that lanes have or are about to: started, stopped and aborted here only. */
final class Tasks {

  private final Map<Long, Run> runs = new HashMap<>();
  private long last;

  int count() {
    return runs.size();
  }

  /** Whether a lane still works for one of these queues. */
  boolean busy(Set<Integer> queues) {
    return runs.values().stream().anyMatch(r -> queues.contains(r.queue));
  }

  /** The run of a task; empty once nobody listens to the task any more. */
  Optional<Run> of(long task) {
    return Optional.ofNullable(runs.get(task));
  }

  /** Whether a lane runs a suspect. */
  boolean suspect() {
    return runs.values().stream().anyMatch(Run::suspect);
  }

  /** Whether a lane waits to pass a row that is refused. */
  boolean waiting() {
    return runs.values().stream().anyMatch(r -> r.letter != null);
  }

  /** Starts the next attempt at a run; the log hears of it if the last one failed. */
  void start(QueueState q, Run run, List<WorkerEffect> out) {
    long task = ++last;
    runs.put(task, run);
    run.working = false;
    q.to(run, new Phase.Running(task, false), run.error != null);
    out.add(new WorkerEffect.Start(new Task(task, run.descriptor, run.fence, run.point)));
  }

  /** Lets a lane stop at the end of its chunk, if one has the run. */
  void stop(QueueState q, Run run, List<WorkerEffect> out) {
    if (run.phase() instanceof Phase.Running r && !r.stopping()) {
      q.to(run, new Phase.Running(r.task(), true), false);
      out.add(new WorkerEffect.Stop(r.task()));
    }
  }

  /** Lets lanes drop what they do for a queue, now. */
  void abort(QueueState q, List<WorkerEffect> out) {
    for (Run run : q.runs()) {
      if (run.phase() instanceof Phase.Running r) {
        runs.remove(r.task());
        out.add(new WorkerEffect.Abort(r.task()));
        q.to(run, new Phase.Ready(), true);
      }
    }
  }

  /** A lane is done with a run, whatever becomes of it. */
  void left(Run run) {
    if (run.phase() instanceof Phase.Running r) {
      runs.remove(r.task());
    }
  }
}
