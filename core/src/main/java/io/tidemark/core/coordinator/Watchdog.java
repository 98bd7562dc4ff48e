package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which workers have fallen silent while others of their domain are heard: those hold queues
 * that somebody else could go on with (ADR 10). Silence is measured by when heartbeats were seen
 * here, not by their own clocks, and from one worker's to the next: if nobody is heard, it is the
 * log or this process that is late, and nobody is blamed. Not thread-safe.
 */
public final class Watchdog {

  /**
   * A worker as last heard.
   *
   * @param at what its heartbeat said, milliseconds since the epoch by its own clock
   * @param startedAt the process that said it
   * @param seenMs when that was first seen here
   */
  private record Heard(long at, long startedAt, long seenMs, boolean evicted) {

    boolean is(WorkerHeartbeat beat) {
      return at == beat.getAt() && startedAt == beat.getStartedAt();
    }
  }

  private final long silenceMs;
  private final Map<String, Heard> heard = new HashMap<>();

  /**
   * A watchdog that has heard nobody yet.
   *
   * @param silenceMs how much longer than others of its domain a worker may be silent, milliseconds
   */
  public Watchdog(long silenceMs) {
    this.silenceMs = silenceMs;
  }

  /**
   * Looks at the newest heartbeats.
   *
   * @param beats one of each worker
   * @param nowMs milliseconds of a clock that never goes back
   * @return those whose workers should be evicted, until they are {@link #evicted}
   */
  public List<WorkerHeartbeat> look(Collection<WorkerHeartbeat> beats, long nowMs) {
    heard.keySet().retainAll(beats.stream().map(WorkerHeartbeat::getWorkerId).toList());
    Map<String, Long> newest = new HashMap<>();
    for (WorkerHeartbeat b : beats) {
      Heard now =
          heard.compute(
              b.getWorkerId(),
              (id, h) ->
                  h != null && h.is(b) ? h : new Heard(b.getAt(), b.getStartedAt(), nowMs, false));
      newest.merge(b.getDomain(), now.seenMs(), Math::max);
    }
    List<WorkerHeartbeat> silent = new ArrayList<>();
    for (WorkerHeartbeat b : beats) {
      Heard h = heard.get(b.getWorkerId());
      boolean holds = !b.getQueues().isEmpty();
      if (holds && !h.evicted() && newest.get(b.getDomain()) - h.seenMs() >= silenceMs) {
        silent.add(b);
      }
    }
    return silent;
  }

  /** The worker was evicted: once is enough, until it is heard again. */
  public void evicted(String worker) {
    heard.computeIfPresent(worker, (id, h) -> new Heard(h.at(), h.startedAt(), h.seenMs(), true));
  }
}
