package io.tidemark.core.worker;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.RunState;
import java.util.List;
import java.util.Set;

/** What happened to a worker. */
public sealed interface WorkerEvent {

  /** The group gave it queues. */
  record Assigned(Set<Integer> queues) implements WorkerEvent {}

  /**
   * A queue's checkpoints have been read to their end.
   *
   * @param position the offset of the work topic at which reading starts
   * @param end the end of the work topic at that time
   * @param checkpoints the newest checkpoint of each partition
   */
  record Recovered(int queue, long position, long end, List<Checkpoint> checkpoints)
      implements WorkerEvent {}

  /** Queues are about to go: their lanes must stop at the next chunk end. */
  record Revoking(Set<Integer> queues) implements WorkerEvent {}

  /** Last call before the queues go: final checkpoints can still be committed. */
  record Revoked(Set<Integer> queues) implements WorkerEvent {}

  /** The queues are gone already, and with them the right to report on them. */
  record Lost(Set<Integer> queues) implements WorkerEvent {}

  /** A descriptor was read. */
  record DescriptorRead(int queue, long offset, Descriptor descriptor) implements WorkerEvent {}

  /**
   * A queue was read up to an offset: whatever lies below it was delivered, is no descriptor, or
   * could not be understood and was set aside with an error.
   *
   * @param next the offset that is read next
   */
  record QueueRead(int queue, long next) implements WorkerEvent {}

  /**
   * The plan of a backfill is known.
   *
   * @param deadLetters how many of its rows may be set aside at most
   * @param priority from 0 to 9; where several backfills may run, lanes are shared by it
   * @param createdAt when it was planned, milliseconds since the epoch: descriptors from before are
   *     of an archived backfill of the same id
   */
  record BackfillKnown(
      String backfill, RetryPolicy retry, long deadLetters, int priority, long createdAt)
      implements WorkerEvent {}

  /**
   * The coordinator directs a backfill.
   *
   * @param deadLettersSpent whether no more rows may be set aside
   * @param lanes so many of its partitions may run here at the same time; {@link #ALL_LANES}
   * @param at when, milliseconds since the epoch: a FORGET is about what was planned until then
   */
  record Directed(String backfill, RunState runState, boolean deadLettersSpent, int lanes, long at)
      implements WorkerEvent {

    /** No other limit than the worker's. */
    public static final int ALL_LANES = Integer.MAX_VALUE;
  }

  /**
   * The commit in flight succeeded.
   *
   * @param offsets the offset of each record, in the order they were asked for
   */
  record Committed(List<Long> offsets) implements WorkerEvent {
    public Committed {
      offsets = List.copyOf(offsets);
    }
  }

  /** The commit in flight did not happen: nothing of it is visible to anybody. */
  record CommitFailed() implements WorkerEvent {}

  /**
   * A lane opened source and sink, and both answered; the sink's own progress, where it keeps one,
   * is in the point.
   */
  record Opened(long task, Point point, boolean complete) implements WorkerEvent {}

  /** A lane committed a chunk at the sink. */
  record ChunkDone(long task, Point point, boolean last) implements WorkerEvent {}

  /**
   * A lane has found a row that the sink, or the source's format, refuses. It waits, with nothing
   * open at the sink, until it may pass the row.
   *
   * @param letter the row; its attempt is filled in by the core
   */
  record Refused(long task, DeadLetter letter) implements WorkerEvent {}

  /** A lane has stopped, as it was told, between two chunks. */
  record Stopped(long task) implements WorkerEvent {}

  /**
   * A lane gave up; nothing of the chunk in hand was committed, or the sink will tell on opening.
   */
  record Failed(long task, Failure failure) implements WorkerEvent {}

  /** The worker is to end: stop at the next chunk ends, report, claim nothing more. */
  record Shutdown() implements WorkerEvent {}

  /** Time passed. */
  record Tick() implements WorkerEvent {}
}
