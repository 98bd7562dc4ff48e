package io.tidemark.core.ledger;

import io.tidemark.core.ledger.LedgerEvent.Planned;
import io.tidemark.core.ledger.LedgerEvent.Reported;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import java.util.List;

/** Events of one partition, in few words. */
final class LedgerSamples {

  static final String BACKFILL = "orders-0123abcd";
  static final String PARTITION = BACKFILL + "/000007";

  private LedgerSamples() {}

  static Descriptor descriptor(int round, long from, long to) {
    return Descriptor.newBuilder()
        .setPartitionId(PARTITION)
        .setBackfillId(BACKFILL)
        .setOrdinal(7)
        .setRound(round)
        .setQueue(3)
        .setSlice(new OffsetRange("s", from, to))
        .setRowsEstimated(to - from)
        .setPlannedAt(1_000)
        .build();
  }

  static Planned planned(int round) {
    return new Planned(descriptor(round, 0, 100));
  }

  /** A claim whose record has that offset. */
  static Reported claim(int round, long offset, long rows) {
    return report(round, PartitionState.RUNNING, true, -1, rows, offset);
  }

  static Reported report(int round, PartitionState state, long fence, long rows) {
    return report(round, state, false, fence, rows, fence + 1);
  }

  static Reported report(
      int round, PartitionState state, boolean claim, long fence, long rows, long offset) {
    return new Reported(
        Checkpoint.newBuilder()
            .setDescriptor(descriptor(round, 0, 100))
            .setState(state)
            .setClaim(claim)
            .setFence(fence)
            .setCursor(rows == 0 ? List.of() : List.of(Long.toString(rows)))
            .setRows(rows)
            .setBytes(10 * rows)
            .setDigest(new Digest(rows == 0 ? "" : "avro", rows, 31 * rows))
            .setChunks(rows / 10)
            .setWorker("w" + (claim ? offset : fence))
            .setAttempt(0)
            .setStartedAt(2_000)
            .setAt(3_000 + offset)
            .build(),
        offset);
  }
}
