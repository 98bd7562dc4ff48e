package io.tidemark.worker.flow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Overtaken;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Claims that this worker lost to others while it acted on them, kept long enough to be told in
 * several heartbeats. Thread-safe.
 */
public final class OvertakenLog {

  private static final long KEPT_MS = Duration.ofMinutes(1).toMillis();
  private static final int MOST = 100;

  private final Deque<Overtaken> recent = new ArrayDeque<>();
  private final Counter refusals;

  /** Registers the meter. */
  public OvertakenLog(MeterRegistry registry) {
    this.refusals =
        Counter.builder("tidemark.fence.refusals")
            .description("Claims lost to other owners while this worker acted on them.")
            .register(registry);
  }

  /**
   * Notes a claim that counts no more; once.
   *
   * @param message who refused it, and why
   * @param now milliseconds since the epoch
   */
  public synchronized void add(Descriptor descriptor, long fence, String message, long now) {
    boolean told =
        recent.stream()
            .anyMatch(
                o ->
                    o.getFence() == fence
                        && o.getPartitionId().equals(descriptor.getPartitionId()));
    if (told) {
      return;
    }
    refusals.increment();
    if (recent.size() == MOST) {
      recent.removeFirst();
    }
    recent.addLast(
        new Overtaken(
            descriptor.getBackfillId(), descriptor.getPartitionId(), fence, message, now));
  }

  /** Those of the last minute, the oldest first. */
  public synchronized List<Overtaken> recent(long now) {
    recent.removeIf(o -> now - o.getAt() > KEPT_MS);
    return List.copyOf(recent);
  }
}
