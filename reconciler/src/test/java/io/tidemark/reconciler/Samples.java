package io.tidemark.reconciler;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;

/** Records of a backfill of {@link #ROWS} rows a partition, dealt to the queues in turn. */
public final class Samples {

  public static final String DOMAIN = "default";
  public static final int ROWS = 100;

  private Samples() {}

  public static Plan plan(String backfill, int queues, long partitions, boolean sinkFinish) {
    return Plan.newBuilder()
        .setBackfillId(backfill)
        .setName(backfill.substring(0, backfill.lastIndexOf('-')))
        .setDomain(DOMAIN)
        .setSpec("password: ${env:PG_PASSWORD}")
        .setFingerprint("00")
        .setSourceSchema("{}")
        .setState(PlanState.SEALED)
        .setQueues(queues)
        .setPartitions(partitions)
        .setRowsEstimated(partitions * ROWS)
        .setCoverage(
            LongStream.range(0, partitions)
                .map(i -> Coverage.of(Slice.of(descriptor(backfill, i, queues).getSlice())))
                .sum())
        .setSinkFinish(sinkFinish)
        .setCreatedAt(1_000)
        .setSealedAt(2_000L)
        .build();
  }

  public static Descriptor descriptor(String backfill, long ordinal, int queues) {
    return Descriptor.newBuilder()
        .setPartitionId(PartitionIds.of(backfill, ordinal))
        .setBackfillId(backfill)
        .setOrdinal(ordinal)
        .setQueue((int) (ordinal % queues))
        .setSlice(new OffsetRange("s", ordinal * ROWS, (ordinal + 1) * ROWS))
        .setRowsEstimated(ROWS)
        .setPlannedAt(1_000)
        .build();
  }

  public static Checkpoint claim(Descriptor d) {
    return checkpoint(d, PartitionState.RUNNING, -1, 0);
  }

  public static Checkpoint done(Descriptor d, long fence) {
    return Checkpoint.newBuilder(checkpoint(d, PartitionState.COMPLETED, fence, ROWS))
        .setFiles(List.of(new CommittedFile("part-" + d.getOrdinal(), (long) ROWS, 10L)))
        .build();
  }

  /** A report under a fence, or a claim if that is -1. */
  public static Checkpoint checkpoint(Descriptor d, PartitionState state, long fence, long rows) {
    return Checkpoint.newBuilder()
        .setDescriptor(d)
        .setState(state)
        .setClaim(fence < 0)
        .setFence(fence)
        .setRows(rows)
        .setBytes(rows * 10)
        .setDigest(new Digest(rows == 0 ? "" : "avro", rows, rows * (d.getOrdinal() + 1)))
        .setChunks(rows == 0 ? 0 : 1)
        .setWorker("w1")
        .setAttempt(0)
        .setStartedAt(3_000)
        .setAt(4_000)
        .build();
  }

  public static Command command(String backfill, CommandType type) {
    return Command.newBuilder()
        .setCommandId(UUID.randomUUID().toString())
        .setBackfillId(backfill)
        .setType(type)
        .setWho("ops")
        .setWhy("")
        .setAt(5_000)
        .build();
  }

  public static WorkerHeartbeat heartbeat(String worker, long at) {
    return WorkerHeartbeat.newBuilder()
        .setWorkerId(worker)
        .setDomain(DOMAIN)
        .setHost("h")
        .setPid(7)
        .setVersion("0")
        .setLanes(4)
        .setLanesBusy(2)
        .setQueues(List.of(0, 1))
        .setRowsPerS(1.5)
        .setCpu(0.5)
        .setHeapUsed(1)
        .setHeapMax(2)
        .setPressure("")
        .setStartedAt(1)
        .setAt(at)
        .build();
  }
}
