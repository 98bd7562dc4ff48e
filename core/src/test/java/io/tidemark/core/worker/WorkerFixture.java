package io.tidemark.core.worker;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.core.worker.WorkerEffect.Append;
import io.tidemark.core.worker.WorkerEffect.Commit;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * A worker and the words to tell what happens to it. Partitions are named by their ids alone; their
 * backfill is the part before the slash. Effects are those of the latest word.
 */
final class WorkerFixture {

  static final String BACKFILL = "b";
  static final RetryPolicy RETRY = new RetryPolicy(3, 100, 1_000, 60_000);

  private final WorkerCore core;
  private final Map<String, Long> tasks = new HashMap<>();
  private final List<WorkerEffect> effects = new ArrayList<>();
  private Optional<Commit> inFlight = Optional.empty();
  private long nextFence = 10;
  private long now = 1_000_000;

  private WorkerFixture(int lanes, int lookahead) {
    core =
        new WorkerCore(new WorkerSettings("w", lanes, 1_000, lookahead), new SplittableRandom(1));
  }

  static WorkerFixture worker(int lanes) {
    return new WorkerFixture(lanes, 100);
  }

  static WorkerFixture workerWithLookahead(int lookahead) {
    return new WorkerFixture(1, lookahead);
  }

  /** A worker of one lane that owns queue 0, and may run the backfill; nothing was done before. */
  static WorkerFixture ready() {
    return worker(1).knows(BACKFILL).assigned(0).recovered(0);
  }

  // ---- what happens
  // -------------------------------------------------------------------------------

  WorkerFixture on(WorkerEvent event) {
    effects.clear();
    for (WorkerEffect e : core.on(event, now)) {
      effects.add(e);
      if (e instanceof WorkerEffect.Start s) {
        tasks.put(s.task().descriptor().getPartitionId(), s.task().id());
      } else if (e instanceof Commit c) {
        inFlight = Optional.of(c);
      }
    }
    return this;
  }

  /** The plan of a backfill is known, and it may run. */
  WorkerFixture knows(String backfill) {
    return knows(backfill, 5);
  }

  /** The same, with a priority. */
  WorkerFixture knows(String backfill, int priority) {
    return planned(backfill, priority, 0).directed(backfill, RunState.RUN);
  }

  /** The plan of a backfill is known. */
  WorkerFixture planned(String backfill, int priority, long createdAt) {
    return on(new WorkerEvent.BackfillKnown(backfill, RETRY, 2, priority, createdAt));
  }

  WorkerFixture directed(String backfill, RunState to) {
    return directed(backfill, to, 0);
  }

  /** The same, at a time. */
  WorkerFixture directed(String backfill, RunState to, long at) {
    return on(new WorkerEvent.Directed(backfill, to, false, WorkerEvent.Directed.ALL_LANES, at));
  }

  /** A backfill may run, so many of its partitions at the same time. */
  WorkerFixture lanes(String backfill, int lanes) {
    return on(new WorkerEvent.Directed(backfill, RunState.RUN, false, lanes, 0));
  }

  WorkerFixture assigned(int queue) {
    return on(new WorkerEvent.Assigned(Set.of(queue)));
  }

  WorkerFixture recovered(int queue) {
    return recovered(queue, 0, 0);
  }

  WorkerFixture recovered(int queue, long position, long end, Checkpoint... checkpoints) {
    return on(new WorkerEvent.Recovered(queue, position, end, List.of(checkpoints)));
  }

  WorkerFixture reads(int queue, long offset, String partition) {
    return reads(queue, offset, descriptor(partition, 0));
  }

  WorkerFixture reads(int queue, long offset, Descriptor descriptor) {
    return on(new WorkerEvent.DescriptorRead(queue, offset, descriptor));
  }

  WorkerFixture ticks() {
    return on(new WorkerEvent.Tick());
  }

  /** Time passes, then the worker ticks. */
  WorkerFixture ticksAfter(long ms) {
    now += ms;
    return ticks();
  }

  /** The commit in flight succeeds; its records get the next offsets. */
  WorkerFixture commitSucceeds() {
    List<Long> offsets = new ArrayList<>();
    inFlight.orElseThrow().records().forEach(r -> offsets.add(nextFence++));
    inFlight = Optional.empty();
    return on(new WorkerEvent.Committed(offsets));
  }

  WorkerFixture commitFails() {
    inFlight = Optional.empty();
    return on(new WorkerEvent.CommitFailed());
  }

  /** A partition is read, claimed and started. */
  WorkerFixture runs(int queue, long offset, String partition) {
    return reads(queue, offset, partition).ticks().commitSucceeds();
  }

  WorkerFixture opened(String partition, long rows, long chunks) {
    return on(new WorkerEvent.Opened(task(partition), point(rows, chunks), false));
  }

  WorkerFixture openedComplete(String partition, long rows) {
    return on(new WorkerEvent.Opened(task(partition), point(rows, 1), true));
  }

  WorkerFixture chunkDone(String partition, long rows) {
    return on(new WorkerEvent.ChunkDone(task(partition), point(rows, 1), false));
  }

  WorkerFixture lastChunkDone(String partition, long rows) {
    return on(new WorkerEvent.ChunkDone(task(partition), point(rows, 1), true));
  }

  WorkerFixture stopped(String partition) {
    return on(new WorkerEvent.Stopped(task(partition)));
  }

  WorkerFixture fails(String partition, FailureKind kind, String code) {
    return on(new WorkerEvent.Failed(task(partition), new Failure(kind, code, "it broke", now)));
  }

  /** The partition's lane found its next row refused. */
  WorkerFixture refused(String partition) {
    return on(
        new WorkerEvent.Refused(
            task(partition),
            DeadLetter.newBuilder()
                .setPartitionId(partition)
                .setBackfillId(BACKFILL)
                .setRow(ByteBuffer.allocate(0))
                .setRowSchema("")
                .setError(new Failure(FailureKind.POISON, "22003", "out of range", now))
                .setCursor(List.of())
                .setAttempt(0)
                .setAt(now)
                .build()));
  }

  WorkerFixture revoking(int queue) {
    return on(new WorkerEvent.Revoking(Set.of(queue)));
  }

  WorkerFixture revoked(int queue) {
    return on(new WorkerEvent.Revoked(Set.of(queue)));
  }

  WorkerFixture lost(int queue) {
    return on(new WorkerEvent.Lost(Set.of(queue)));
  }

  WorkerFixture shutsDown() {
    return on(new WorkerEvent.Shutdown());
  }

  // ---- what it did
  // --------------------------------------------------------------------------------

  WorkerCore core() {
    return core;
  }

  long task(String partition) {
    return tasks.get(partition);
  }

  List<WorkerEffect> effects() {
    return List.copyOf(effects);
  }

  /** Partitions that were started, in order. */
  List<String> started() {
    return starts().stream().map(t -> t.descriptor().getPartitionId()).toList();
  }

  List<Task> starts() {
    return effects.stream()
        .filter(WorkerEffect.Start.class::isInstance)
        .map(e -> ((WorkerEffect.Start) e).task())
        .toList();
  }

  /** The commit that was asked for. */
  Optional<Commit> commit() {
    return effects.stream().filter(Commit.class::isInstance).map(Commit.class::cast).findFirst();
  }

  /** Partitions in the commit, in order. */
  List<String> reported() {
    return commit().stream()
        .flatMap(c -> c.records().stream())
        .map(a -> a.checkpoint().getDescriptor().getPartitionId())
        .toList();
  }

  /** What the commit says of a partition. */
  Checkpoint report(String partition) {
    return commit().orElseThrow().records().stream()
        .map(Append::checkpoint)
        .filter(c -> c.getDescriptor().getPartitionId().equals(partition))
        .findFirst()
        .orElseThrow();
  }

  // ---- samples
  // ------------------------------------------------------------------------------------

  static Descriptor descriptor(String partition, int round) {
    return Descriptor.newBuilder()
        .setPartitionId(partition)
        .setBackfillId(partition.substring(0, partition.indexOf('/')))
        .setOrdinal(0)
        .setRound(round)
        .setQueue(0)
        .setSlice(new OffsetRange(partition, 0L, 100L))
        .setRowsEstimated(100)
        .setPlannedAt(0)
        .build();
  }

  static Point point(long rows, long chunks) {
    return new Point(
        Cursor.of(rows), new Totals(rows, 8 * rows, rows, "test", chunks, 0), List.of());
  }

  static Checkpoint checkpoint(String partition, int round, PartitionState state, long rows) {
    Point at = rows == 0 ? Point.START : point(rows, 1);
    return Checkpoint.newBuilder()
        .setDescriptor(descriptor(partition, round))
        .setState(state)
        .setClaim(false)
        .setFence(5)
        .setCursor(at.cursor().parts())
        .setRows(at.totals().rows())
        .setBytes(at.totals().bytes())
        .setDigest(at.totals().digest())
        .setChunks(at.totals().chunks())
        .setWorker("former")
        .setAttempt(1)
        .setStartedAt(7)
        .setAt(8)
        .build();
  }
}
