package io.tidemark.cli;

import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Progress;

/** Progress as a reconciler would report it. */
final class Reports {

  static final String BACKFILL = "orders-copy-1a2b3c4d";

  private Reports() {}

  /** Half done: 5 of 10 partitions, 500,000 of 1,000,000 rows. */
  static Progress half() {
    return base()
        .setState(BackfillState.RUNNING)
        .setPending(3)
        .setRunning(2)
        .setCompleted(5)
        .setRows(500_000)
        .setRowsPerS(25_000)
        .setEtaLowMs(18_000L)
        .setEtaHighMs(95_000L)
        .build();
  }

  /** Over in the given state, a minute after it began. */
  static Progress over(BackfillState state) {
    boolean complete = state == BackfillState.COMPLETED;
    return base()
        .setState(state)
        .setCompleted(complete ? 10 : 9)
        .setFailed(complete ? 0 : 1)
        .setRows(complete ? 1_000_000 : 900_000)
        .setCovered(complete)
        .setRowsPerS(16_666.6)
        .setEndedAt(61_000L)
        .build();
  }

  private static Progress.Builder base() {
    return Progress.newBuilder()
        .setBackfillId(BACKFILL)
        .setName("orders-copy")
        .setDomain("default")
        .setReason("")
        .setSealed(true)
        .setPartitions(10)
        .setPending(0)
        .setRunning(0)
        .setRetrying(0)
        .setCompleted(0)
        .setFailed(0)
        .setCancelled(0)
        .setBytes(64_000_000)
        .setRowsEstimated(1_000_000)
        .setDigest(new Digest("avro", 500_000L, 0xABCL))
        .setCovered(false)
        .setClaims(1)
        .setDrift(0)
        .setLastDrift("")
        .setCreatedAt(1_000)
        .setStartedAt(2_000L)
        .setUpdatedAt(61_000);
  }
}
