package io.tidemark.worker.flow;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tidemark.core.retry.FencedException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What lanes count. Thread-safe. */
public final class LaneMetrics {

  private final MeterRegistry registry;
  private final Counter rows;
  private final Counter bytes;
  private final Timer chunks;
  private final AtomicInteger busy = new AtomicInteger();

  /** Registers the meters. */
  public LaneMetrics(MeterRegistry registry) {
    this.registry = registry;
    this.rows =
        Counter.builder("tidemark.worker.rows")
            .description("Rows committed at sinks.")
            .register(registry);
    this.bytes =
        Counter.builder("tidemark.worker")
            .baseUnit("bytes")
            .description("Bytes of the rows committed at sinks, as they travelled.")
            .register(registry);
    this.chunks =
        Timer.builder("tidemark.worker.chunk")
            .description("Time from the start of a chunk to its commit at the sink.")
            .register(registry);
    registry.gauge("tidemark.worker.lanes.busy", busy);
  }

  void laneBusy(int change) {
    busy.addAndGet(change);
  }

  void chunk(long chunkRows, long chunkBytes, long nanos) {
    rows.increment((double) chunkRows);
    bytes.increment((double) chunkBytes);
    chunks.record(nanos, TimeUnit.NANOSECONDS);
  }

  void failed(FailureKind kind, String code) {
    boolean fenced = code.equals(FencedException.CODE);
    registry
        .counter("tidemark.worker.failures", "kind", fenced ? "FENCED" : kind.name())
        .increment();
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
