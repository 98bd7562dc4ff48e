package io.tidemark.worker.flow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tidemark.core.retry.FencedException;
import io.tidemark.schemas.avro.FailureKind;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What lanes count. Thread-safe. */
public final class LaneMetrics {

  private static final Duration[] CHUNKS = {
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofMillis(2_500),
    Duration.ofSeconds(5),
    Duration.ofSeconds(10),
    Duration.ofSeconds(30),
  };

  private final Counter rows;
  private final Counter bytes;
  private final Counter chunkCount;
  private final Counter throttled;
  private final Timer chunks;
  private final Map<FailureKind, Counter> failures = new EnumMap<>(FailureKind.class);
  private final Counter fenced;
  private final AtomicInteger busy = new AtomicInteger();

  /**
   * Registers the meters.
   *
   * @param lanes of this worker
   */
  public LaneMetrics(MeterRegistry registry, int lanes) {
    this.rows =
        Counter.builder("tidemark.worker.rows")
            .description("Rows committed at sinks.")
            .register(registry);
    this.bytes =
        Counter.builder("tidemark.worker.bytes")
            .baseUnit("bytes")
            .description("Bytes of the rows committed at sinks, as they travelled.")
            .register(registry);
    this.chunkCount =
        Counter.builder("tidemark.worker.chunks")
            .description("Chunks committed at sinks.")
            .register(registry);
    this.throttled =
        Counter.builder("tidemark.worker.throttled")
            .baseUnit("seconds")
            .description("Time that lanes waited for a rate limit or a health probe, in all.")
            .register(registry);
    this.chunks =
        Timer.builder("tidemark.chunk.duration")
            .serviceLevelObjectives(CHUNKS)
            .description("Time from the start of a chunk to its commit at the sink.")
            .register(registry);
    Gauge.builder("tidemark.worker.lanes", () -> lanes)
        .description("Lanes: partitions that may run at the same time.")
        .register(registry);
    Gauge.builder("tidemark.worker.lanes.busy", busy, AtomicInteger::get)
        .description("Lanes that run a partition now.")
        .register(registry);
    this.fenced = failures(registry, FencedException.CODE);
    Arrays.stream(FailureKind.values())
        .filter(kind -> kind != FailureKind.UNKNOWN)
        .forEach(kind -> failures.put(kind, failures(registry, kind.name())));
  }

  private static Counter failures(MeterRegistry registry, String kind) {
    return Counter.builder("tidemark.lane.failures")
        .tag("kind", kind)
        .description("Attempts at a partition that failed, by kind; FENCED: refused by the sink.")
        .register(registry);
  }

  void laneBusy(int change) {
    busy.addAndGet(change);
  }

  void chunk(long chunkRows, long chunkBytes, long nanos) {
    rows.increment((double) chunkRows);
    bytes.increment((double) chunkBytes);
    chunkCount.increment();
    chunks.record(nanos, TimeUnit.NANOSECONDS);
  }

  /** A lane waited so long because it was told to be slow. */
  void throttled(long nanos) {
    throttled.increment(nanos / 1e9);
  }

  void failed(FailureKind kind, String code) {
    (code.equals(FencedException.CODE) ? fenced : failures.get(kind)).increment();
  }

  /** Lanes that run a partition now. */
  public int busy() {
    return busy.get();
  }

  /** Rows committed since the start. */
  public double rows() {
    return rows.count();
  }
}
