package io.tidemark.core.worker;

import io.tidemark.core.retry.Tries;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunningPartition;
import java.util.List;

/** One partition that a worker holds, from the moment its descriptor was read until it is done. */
final class Run {

  /** Where the partition stands at this worker; each phase has data only. */
  sealed interface Phase {

    /** Not claimed, or released. */
    record Ready() implements Phase {}

    /** The claim is in the commit in flight. */
    record Claiming() implements Phase {}

    /** A lane has it, or will as soon as one is free. */
    record Running(long task, boolean stopping) implements Phase {}

    /**
     * Waiting for its next attempt.
     *
     * @param untilMs when it is due, milliseconds since the epoch
     */
    record Backoff(long untilMs) implements Phase {}

    /** Nothing left to do but to report it. */
    record Ended(PartitionState state) implements Phase {}
  }

  static final long UNCLAIMED = -1;

  /** One death is an accident. */
  private static final int SUSPECT = 2;

  final int queue;
  final long offset;
  final Descriptor descriptor;
  private Phase phase = new Phase.Ready();
  long fence = UNCLAIMED;
  Point point = Point.START;
  Tries tries = Tries.NONE;

  /** Whether source and sink have answered in the attempt that runs. */
  boolean working;

  Failure error;
  long startedAt;

  /** How it gets on here, once a lane has it. */
  Pace pace = Pace.starting(0);

  /** Owners in a row of whom nothing was heard after their claim. */
  int deaths;

  /** A row that its lane found refused and waits to pass; null if there is none. */
  DeadLetter letter;

  /** Raised with every change that the log should hear of; compared when a commit returns. */
  private long version;

  Run(int queue, long offset, Descriptor descriptor) {
    this.queue = queue;
    this.offset = offset;
    this.descriptor = descriptor;
  }

  /** Goes on from what was last reported of it in this round. */
  void resumeFrom(Checkpoint last) {
    point = Point.of(last);
    tries = Tries.of(last.getAttempt());
    startedAt = last.getStartedAt();
    // Whoever claims, and whose next word is never heard, may have been killed by this very
    // partition.
    boolean died = last.getState() == PartitionState.RUNNING && last.getClaim();
    deaths = died ? last.getDeaths() + 1 : 0;
  }

  /** Whether it may be what its owners die of: it is run alone, so that nobody dies with it. */
  boolean suspect() {
    return deaths >= SUSPECT;
  }

  Phase phase() {
    return phase;
  }

  /** Only for {@link QueueState}, which keeps the indexes. */
  void enter(Phase next) {
    phase = next;
    // What its lane waits with is the lane's: the next one finds the row again.
    letter = null;
  }

  /** Whether it acts on a claim: its word on the partition is meant to count. */
  boolean claimed() {
    boolean acts =
        switch (phase) {
          case Phase.Running r -> true;
          case Phase.Backoff b -> true;
          case Phase.Ended e -> true;
          case Phase.Ready r -> false;
          case Phase.Claiming c -> false;
        };
    return acts && fence != UNCLAIMED;
  }

  long version() {
    return version;
  }

  void raiseVersion() {
    version++;
  }

  /** What people should hear of it while a lane has it. */
  RunningPartition telling() {
    long rows = point.totals().rows();
    return new RunningPartition(
        descriptor.getPartitionId(),
        descriptor.getBackfillId(),
        rows,
        Math.max(0, descriptor.getRowsEstimated() - rows),
        pace.rowsPerS(),
        pace.advancedAt(),
        pace.startedAt());
  }

  /** What the log should say of it now. */
  Checkpoint checkpoint(String worker, boolean claim, long now) {
    PartitionState state =
        switch (phase) {
          case Phase.Ready r -> PartitionState.PENDING;
          case Phase.Claiming c -> PartitionState.RUNNING;
          case Phase.Running r -> PartitionState.RUNNING;
          case Phase.Backoff b -> PartitionState.RETRYING;
          case Phase.Ended e -> e.state();
        };
    boolean failing = state == PartitionState.RETRYING || state == PartitionState.FAILED;
    return Checkpoint.newBuilder()
        .setDescriptor(descriptor)
        .setState(state)
        .setClaim(claim)
        .setFence(claim ? UNCLAIMED : fence)
        .setCursor(point.cursor().parts())
        .setRows(point.totals().rows())
        .setBytes(point.totals().bytes())
        .setDigest(point.totals().digest())
        .setChunks(point.totals().chunks())
        .setColumns(List.of())
        .setFiles(point.files())
        .setWorker(worker)
        .setAttempt(tries.attempts())
        .setError(failing ? error : null)
        .setStartedAt(startedAt == 0 ? now : startedAt)
        .setAt(now)
        .setDeadLetters(point.totals().deadLetters())
        .setDeaths(deaths)
        .build();
  }
}
