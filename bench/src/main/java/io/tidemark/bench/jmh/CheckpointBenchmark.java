package io.tidemark.bench.jmh;

import io.tidemark.core.ledger.Ledger;
import io.tidemark.core.ledger.LedgerEvent;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.KeyRange;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.serde.AvroSerde;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A checkpoint on its way: written, read, applied to the ledger. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CheckpointBenchmark {

  private final AvroSerde<Checkpoint> serde = AvroSerde.of(Checkpoint.class);
  private final Checkpoint checkpoint = checkpoint(descriptor(), 100_000);
  private final byte[] bytes = serde.serialize("checkpoints", checkpoint);
  private final LedgerEvent planned = new LedgerEvent.Planned(descriptor());
  private final LedgerEvent reported = new LedgerEvent.Reported(checkpoint, 20);
  private final LedgerEntry entry =
      Ledger.apply(null, new LedgerEvent.Reported(checkpoint(descriptor(), 50_000), 10)).entry();

  private static Descriptor descriptor() {
    return Descriptor.newBuilder()
        .setPartitionId("lineitem-0a1b2c3d/000042")
        .setBackfillId("lineitem-0a1b2c3d")
        .setOrdinal(42)
        .setQueue(10)
        .setSlice(new KeyRange(List.of("id"), List.of("8400000"), List.of("8600000"), false, null))
        .setRowsEstimated(200_000)
        .setPlannedAt(1_000)
        .build();
  }

  private static Checkpoint checkpoint(Descriptor d, long rows) {
    return Checkpoint.newBuilder()
        .setDescriptor(d)
        .setState(PartitionState.RUNNING)
        .setClaim(false)
        .setFence(5)
        .setCursor(List.of("8500000"))
        .setRows(rows)
        .setBytes(rows * 200)
        .setDigest(new Digest("pgcopy:0a1b2c3d", rows, rows * 31))
        .setChunks(3)
        .setWorker("worker-1")
        .setAttempt(0)
        .setStartedAt(3_000)
        .setAt(4_000)
        .build();
  }

  /** Checkpoint to bytes. */
  @Benchmark
  public byte[] serialize() {
    return serde.serialize("checkpoints", checkpoint);
  }

  /** Bytes to checkpoint. */
  @Benchmark
  public Checkpoint deserialize() {
    return serde.deserialize("checkpoints", bytes);
  }

  /** {@code Ledger.apply} of a descriptor that is new. */
  @Benchmark
  public Ledger.Applied ledgerPlanned() {
    return Ledger.apply(null, planned);
  }

  /** {@code Ledger.apply} of progress on a partition that runs. */
  @Benchmark
  public Ledger.Applied ledgerReported() {
    return Ledger.apply(entry, reported);
  }
}
