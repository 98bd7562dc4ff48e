package io.tidemark.core.worker;

import io.tidemark.core.worker.Run.Phase;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** The tasks that lanes have or are about to: started, stopped and aborted here only. */
final class Tasks {

  /** By task, the oldest first. */
  private final Map<Long, Run> runs = new TreeMap<>();

  private final Map<String, Integer> ofBackfill = new HashMap<>();
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

  /** How many there are of each backfill that has some. */
  Map<String, Integer> counts() {
    return Collections.unmodifiableMap(ofBackfill);
  }

  /** Those of a backfill, the oldest first. */
  List<Run> running(String backfill) {
    return runs.values().stream()
        .filter(r -> r.descriptor.getBackfillId().equals(backfill))
        .toList();
  }

  /** So many of them, the oldest first. */
  List<Run> running(int atMost) {
    return runs.values().stream().limit(atMost).toList();
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
  void start(QueueState q, Run run, long wallMs, List<WorkerEffect> out) {
    long task = ++last;
    runs.put(task, run);
    ofBackfill.merge(run.descriptor.getBackfillId(), 1, Integer::sum);
    run.working = false;
    run.pace = Pace.starting(wallMs);
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
        remove(r.task());
        out.add(new WorkerEffect.Abort(r.task()));
        q.to(run, new Phase.Ready(), true);
      }
    }
  }

  /** A lane is done with a run, whatever becomes of it. */
  void left(Run run) {
    if (run.phase() instanceof Phase.Running r) {
      remove(r.task());
    }
  }

  private void remove(long task) {
    Run run = runs.remove(task);
    if (run != null) {
      ofBackfill.computeIfPresent(run.descriptor.getBackfillId(), (id, n) -> n == 1 ? null : n - 1);
    }
  }
}
