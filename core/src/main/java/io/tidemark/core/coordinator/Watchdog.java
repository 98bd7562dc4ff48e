package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which workers have fallen silent while others of their domain are heard: those hold queues
 * that somebody else could go on with (ADR 10). Silence is measured by when heartbeats were seen
 * here, not by their own clocks, and only while the domain is heard at all: if nobody is, it is the
 * log or this process that is late, and once it is over everybody has time anew to be heard. Not
 * thread-safe.
 */
public final class Watchdog {

  /** Without any heartbeat for so long, a domain is not heard. Half a second is usual. */
  private static final long DEAF_MS = 2_000;

  /** A worker heard for so long without a break is as good as any. */
  private static final long FORGIVEN_MS = 60_000;

  private static final long MOST_PATIENCE = 16;

  /**
   * A worker as last heard.
   *
   * @param at what its heartbeat said, milliseconds since the epoch by its own clock
   * @param startedAt the process that said it
   * @param seenMs when that was first seen here
   * @param evicted whether it was evicted since
   * @param patience its silence may be so many times as long as usual: doubled by each eviction, so
   *     that one that only stutters is left alone in the end
   * @param sinceMs since when it was heard without an eviction
   */
  private record Heard(
      long at, long startedAt, long seenMs, boolean evicted, long patience, long sinceMs) {

    boolean is(WorkerHeartbeat beat) {
      return at == beat.getAt() && startedAt == beat.getStartedAt();
    }

    Heard again(WorkerHeartbeat beat, long now) {
      boolean another = startedAt != beat.getStartedAt();
      long since = evicted || another ? now : sinceMs;
      boolean forgiven = another || now - since >= FORGIVEN_MS;
      return new Heard(
          beat.getAt(), beat.getStartedAt(), now, false, forgiven ? 1 : patience, since);
    }
  }

  /**
   * A domain as last heard.
   *
   * @param newestMs when its newest heartbeat was seen
   * @param sinceMs since when it is heard without a break
   */
  private record Domain(long newestMs, long sinceMs) {

    Domain heard(long now) {
      return new Domain(now, now - newestMs > DEAF_MS ? now : sinceMs);
    }
  }

  private final long silenceMs;
  private final Map<String, Heard> heard = new HashMap<>();
  private final Map<String, Domain> domains = new HashMap<>();

  /**
   * A watchdog that has heard nobody yet.
   *
   * @param silenceMs how long a worker may be silent while others of its domain are heard,
   *     milliseconds
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
    beats.forEach(b -> hear(b, nowMs));
    return beats.stream().filter(this::silent).toList();
  }

  private void hear(WorkerHeartbeat beat, long now) {
    Heard before = heard.get(beat.getWorkerId());
    if (before == null || !before.is(beat)) {
      heard.put(
          beat.getWorkerId(),
          before == null
              ? new Heard(beat.getAt(), beat.getStartedAt(), now, false, 1, now)
              : before.again(beat, now));
      domains.merge(beat.getDomain(), new Domain(now, now), (d, first) -> d.heard(now));
    }
  }

  private boolean silent(WorkerHeartbeat beat) {
    Heard h = heard.get(beat.getWorkerId());
    Domain d = domains.get(beat.getDomain());
    long silence = d.newestMs() - Math.max(h.seenMs(), d.sinceMs());
    return !beat.getQueues().isEmpty() && !h.evicted() && silence >= silenceMs * h.patience();
  }

  /** The worker was evicted: once is enough, until it is heard again. */
  public void evicted(String worker) {
    heard.computeIfPresent(
        worker,
        (id, h) ->
            new Heard(
                h.at(),
                h.startedAt(),
                h.seenMs(),
                true,
                Math.min(MOST_PATIENCE, 2 * h.patience()),
                h.sinceMs()));
  }
}
