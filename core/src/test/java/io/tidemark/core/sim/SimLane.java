package io.tidemark.core.sim;

import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.chunking.Isolation;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.core.worker.Point;
import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.OffsetRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** A lane that runs one task: opens the sink, then reads, writes and commits chunk by chunk. */
final class SimLane {

  private final World world;
  private final SimWorker worker;
  private final Task task;
  private final String partition;
  private final OffsetRange range;
  private Point point;
  private Isolation search = Isolation.NONE;
  private boolean refused;
  private boolean started;
  private boolean stopping;
  private boolean over;

  SimLane(World world, SimWorker worker, Task task) {
    this.world = world;
    this.worker = worker;
    this.task = task;
    this.partition = task.descriptor().getPartitionId();
    this.range = (OffsetRange) task.descriptor().getSlice();
    this.point = task.from();
  }

  boolean over() {
    return over;
  }

  boolean started() {
    return started;
  }

  void start() {
    started = true;
    if (world.faults().lacksSecret(worker.name())) {
      TaskException e = new TaskException(FailureKind.LOCAL, "SECRET", "it is not set here", null);
      worker.later(1, partition + " lacks a secret", () -> failed(e));
      return;
    }
    worker.call(
        partition + " open",
        world.scheduler().between(1, 40),
        () -> world.sink().open(partition, task.fence()),
        this::opened,
        this::failed);
  }

  /** Stops between two chunks; at once if it has not begun. */
  void stop() {
    stopping = true;
    if (!started || refused) {
      refused = false;
      worker.later(0, partition + " stopped", this::next);
    }
  }

  /** Whatever is under way may still happen at the sink; nobody here hears of it. */
  void abort() {
    over = true;
  }

  private void opened(Optional<SimSink.Progress> found) {
    if (over) {
      return;
    }
    if (found.isPresent() && world.mutation() != Mutation.LANE_RESUMES_FROM_CHECKPOINT) {
      point = new Point(found.get().cursor(), found.get().totals(), List.of());
    }
    over = found.map(SimSink.Progress::complete).orElse(false);
    worker.feed(new WorkerEvent.Opened(task.id(), point, over));
    next();
  }

  private void next() {
    if (over) {
      return;
    }
    if (stopping && world.mutation() != Mutation.LANE_IGNORES_STOP) {
      over = true;
      worker.feed(new WorkerEvent.Stopped(task.id()));
      return;
    }
    if (world.kills(task.descriptor())) {
      over = true;
      world.faults().crash(worker, world.scheduler().between(10, 2_000));
      return;
    }
    world.invariants().chunkStarts(worker.name(), partition, worker.directed(task));
    worker.call(
        partition + " begin",
        world.scheduler().between(1, 10),
        () -> world.sink().begin(partition, task.fence()),
        this::read,
        this::failed);
  }

  private void read(SimSink.Tx tx) {
    int took = world.scheduler().between(5, 250);
    worker.later(took, partition + " read", () -> commit(tx));
  }

  private void commit(SimSink.Tx tx) {
    if (over) {
      world.sink().rollback(partition, tx);
      return;
    }
    if (world.faults().fatal()) {
      world.sink().rollback(partition, tx);
      failed(TaskException.fatal("the source has changed"));
      return;
    }
    long from = point.cursor().offsetOr(range.getFrom());
    ChunkSize usual =
        new ChunkSize(world.scheduler().between(1, world.setup().maxChunk()), Long.MAX_VALUE);
    long to = Math.min(range.getTo(), from + search.narrowed(usual).rows());
    boolean last = to == range.getTo();
    commit(tx, from, to, new SimSink.Progress(Cursor.of(to), totals(from, to), last));
  }

  private void commit(SimSink.Tx tx, long from, long to, SimSink.Progress progress) {
    SimSink.Rows rows = new SimSink.Rows(range.getStream(), from, to);
    worker.call(
        partition + " commit [" + from + "," + to + ")",
        world.scheduler().between(1, 60),
        () -> world.sink().commit(partition, tx, rows, progress),
        files -> {
          search = search.passed(to - from);
          committed(point.after(progress.cursor(), progress.totals(), files), progress.complete());
        },
        e -> {
          if (e.kind() == FailureKind.POISON) {
            refused(from, to, e);
          } else {
            failed(e);
          }
        });
  }

  /** One of the rows [from, to) is refused: which one, and then its letter, and then past it. */
  private void refused(long from, long to, TaskException e) {
    if (over) {
      return;
    }
    search = search.refused(to - from, (int) (to - from));
    if (!search.found()) {
      next();
      return;
    }
    search = Isolation.NONE;
    refused = true;
    worker.feed(new WorkerEvent.Refused(task.id(), letter(e)));
    if (world.mutation() == Mutation.LANE_PASSES_BEFORE_THE_LETTER) {
      pass();
    }
  }

  private DeadLetter letter(TaskException e) {
    return DeadLetter.newBuilder()
        .setPartitionId(partition)
        .setBackfillId(task.descriptor().getBackfillId())
        .setRow(ByteBuffer.allocate(0))
        .setRowSchema("")
        .setError(new Failure(e.kind(), e.code(), e.getMessage(), world.scheduler().now()))
        .setCursor(List.of(Long.toString(point.cursor().offsetOr(range.getFrom()))))
        .setAttempt(0)
        .setAt(world.scheduler().now())
        .setNumber(point.totals().deadLetters())
        .setFence(task.fence())
        .build();
  }

  /** The log has the row: on behind it. */
  void pass() {
    if (over || !refused) {
      return;
    }
    refused = false;
    long row = point.cursor().offsetOr(range.getFrom());
    SimSink.Progress behind =
        new SimSink.Progress(
            Cursor.of(row + 1), point.totals().plusDeadLetter(), row + 1 == range.getTo());
    worker.call(
        partition + " begin to pass " + row,
        world.scheduler().between(1, 10),
        () -> world.sink().begin(partition, task.fence()),
        tx -> commit(tx, row, row, behind),
        this::failed);
  }

  private Totals totals(long from, long to) {
    Totals had = point.totals();
    if (world.mutation() != Mutation.LANE_COMBINES_HASHES_BY_XOR) {
      long sum = SimSource.sum(range.getStream(), from, to);
      return had.plusChunk(to - from, 8 * (to - from), sum, SimSource.DOMAIN);
    }
    long xor = had.digestSum();
    for (long row = from; row < to; row++) {
      xor ^= SimSource.hash(range.getStream(), row);
    }
    long sum = xor - had.digestSum();
    return had.plusChunk(to - from, 8 * (to - from), sum, SimSource.DOMAIN);
  }

  private void committed(Point after, boolean last) {
    if (over) {
      return;
    }
    point = after;
    over = last;
    worker.feed(new WorkerEvent.ChunkDone(task.id(), after, last));
    next();
  }

  private void failed(TaskException e) {
    if (over) {
      return;
    }
    over = true;
    FailureKind kind = e.kind();
    worker.feed(
        new WorkerEvent.Failed(
            task.id(), new Failure(kind, e.code(), e.getMessage(), world.scheduler().now())));
  }
}
