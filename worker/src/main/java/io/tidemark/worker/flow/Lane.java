package io.tidemark.worker.flow;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.chunking.ChunkSizer;
import io.tidemark.core.chunking.Isolation;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.core.worker.Point;
import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.DeadLetter;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.event.Level;

/**
 * One attempt at one claimed partition (DESIGN §3.3): read a chunk, digest it, commit it at the
 * sink with its cursor under the fence, say so, go on. Whatever ends it is told as one event; it
 * decides nothing.
 */
final class Lane implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(Lane.class);

  /** How often a lane that waits for its turn says so. */
  private static final Duration SLICE = Duration.ofSeconds(1);

  /** After so long a wait nothing is held open at the source. */
  private static final Duration REST = Duration.ofSeconds(5);

  private final Task task;
  private final String worker;
  private final Routes routes;
  private final LaneMetrics metrics;
  private final OvertakenLog overtaken;
  private final Clock clock;
  private final Consumer<WorkerEvent> tell;
  private final Throttle throttle;
  private final Passes passes = new Passes();
  private volatile boolean stopping;
  private volatile boolean aborted;
  private Thread thread;
  private volatile ChunkReader reading;

  Lane(
      Task task,
      String worker,
      Routes routes,
      LaneMetrics metrics,
      OvertakenLog overtaken,
      Clock clock,
      Consumer<WorkerEvent> tell) {
    this.task = task;
    this.worker = worker;
    this.routes = routes;
    this.metrics = metrics;
    this.overtaken = overtaken;
    this.clock = clock;
    this.tell = tell;
    this.throttle = routes.throttle(task.descriptor().getBackfillId());
  }

  /** Lets it end after the chunk in hand. */
  void stop() {
    stopping = true;
    passes.wake();
    throttle.wake();
  }

  /** Lets it pass the row that it found refused. */
  void pass() {
    passes.give();
  }

  /** Makes it end now; the chunk in hand is rolled back. */
  void abort() {
    aborted = true;
    stop();
    ChunkReader reader = reading;
    if (reader != null) {
      reader.cancel();
    }
    // Under the lock, so that the thread cannot have gone on to another lane's task.
    synchronized (this) {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }

  @Override
  public void run() {
    MDC.put("worker", worker);
    LogContext.during(task.descriptor(), task.fence(), this::attempt);
  }

  private void attempt() {
    synchronized (this) {
      thread = Thread.currentThread();
    }
    String partition = task.descriptor().getPartitionId();
    metrics.laneBusy(+1);
    throttle.lanes(+1);
    try {
      if (stopping) {
        tell.accept(new WorkerEvent.Stopped(task.id()));
      } else {
        runPartition();
      }
    } catch (TaskException e) {
      failed(e.kind(), e.code(), e.getMessage(), e);
    } catch (InterruptedException e) {
      failed(FailureKind.TRANSIENT, "INTERRUPTED", "the lane was interrupted", e);
    } catch (VirtualMachineError e) {
      // Out of memory, say: not the partition's fault, so another attempt or worker may do it.
      log.error("partition {}: the JVM cannot go on with it", partition, e);
      failed(FailureKind.TRANSIENT, e.getClass().getName(), "the worker's JVM: " + e, e);
    } catch (RuntimeException | Error e) {
      // A lane that ends without a word would hold its partition for ever.
      log.error("partition {}: an error in Tidemark itself; please report it", partition, e);
      failed(FailureKind.FATAL, e.getClass().getName(), "internal error: " + e, e);
    } finally {
      throttle.lanes(-1);
      metrics.laneBusy(-1);
      synchronized (this) {
        thread = null;
        Thread.interrupted();
      }
    }
  }

  private void failed(FailureKind kind, String code, String message, Throwable e) {
    if (aborted) {
      log.info(
          "partition {}: given up, chunk rolled back{}: {}",
          task.descriptor().getPartitionId(),
          code.isEmpty() ? "" : ", " + code,
          message);
      return;
    }
    // What this worker lacks was told once for the whole backfill.
    log.atLevel(kind == FailureKind.LOCAL ? Level.DEBUG : Level.WARN)
        .log(
            "partition {}: {} failure{}: {}",
            task.descriptor().getPartitionId(),
            kind,
            code.isEmpty() ? "" : " " + code,
            message);
    log.debug("cause", e);
    metrics.failed(kind, code);
    if (code.equals(FencedException.CODE)) {
      overtaken.add(task.descriptor(), task.fence(), "the sink: " + message, clock.millis());
    }
    tell.accept(
        new WorkerEvent.Failed(task.id(), new Failure(kind, code, message, clock.millis())));
  }

  private void runPartition() throws TaskException, InterruptedException {
    String backfill = task.descriptor().getBackfillId();
    try (Routes.Use use = routes.acquire(backfill)) {
      Route route = use.route();
      SourceShape shape = route.source().shape();
      RowFormat format = route.format();
      Claim claim = new Claim(backfill, task.descriptor().getPartitionId(), task.fence(), worker);
      try (SinkWriter writer = route.sink().open(claim, shape, format)) {
        Point point =
            writer
                .progress()
                .map(p -> new Point(p.cursor(), p.totals(), task.from().files()))
                .orElse(task.from());
        boolean complete = writer.progress().map(SinkWriter.Progress::complete).orElse(false);
        if (complete || point.isBehind(task.from())) {
          // A sink that went back must not be written to: the core fails the partition.
          tell.accept(new WorkerEvent.Opened(task.id(), point, complete));
          return;
        }
        try (Chunks chunks = new Chunks(use, shape, writer, format, point)) {
          chunks.open();
          tell.accept(new WorkerEvent.Opened(task.id(), point, false));
          chunks.run();
        }
      }
    }
  }

  /** The chunks of one attempt, with the sink open, and the source while chunks follow closely. */
  private final class Chunks implements AutoCloseable {
    private final Routes.Use use;
    private final SourceShape shape;
    private final SinkWriter writer;
    private final RowFormat format;
    private ChunkSizer sizer;
    private Isolation search = Isolation.NONE;
    private ChunkReader reader;
    private Point point;
    private boolean last;

    Chunks(Routes.Use use, SourceShape shape, SinkWriter writer, RowFormat format, Point from) {
      this.use = use;
      this.shape = shape;
      this.writer = writer;
      this.format = format;
      this.sizer = use.sizer();
      this.point = from;
    }

    void open() throws TaskException {
      reader = use.route().source().open(Slice.of(task.descriptor().getSlice()), format);
      reading = reader;
    }

    @Override
    public void close() {
      reading = null;
      if (reader != null) {
        reader.close();
        reader = null;
      }
    }

    void run() throws TaskException, InterruptedException {
      while (!stopping && !last) {
        Optional<Throttle.Turn> turn = turn();
        // To open the source again may have taken long.
        if (turn.isPresent() && !stopping) {
          chunk(turn.get());
        }
      }
      if (!last) {
        tell.accept(new WorkerEvent.Stopped(task.id()));
      }
    }

    /** Waits until the next chunk may start; empty if the lane is to stop. */
    private Optional<Throttle.Turn> turn() throws TaskException, InterruptedException {
      Optional<Throttle.Turn> turn = throttle.await(() -> stopping, Duration.ZERO);
      long waited = 0;
      while (turn.isEmpty() && !stopping) {
        long began = System.nanoTime();
        turn = throttle.await(() -> stopping, SLICE);
        long nanos = System.nanoTime() - began;
        metrics.throttled(nanos);
        waited += nanos;
        if (waited >= REST.toNanos()) {
          // An open read holds a snapshot, and with it the clean-up of the source's dead rows.
          close();
        }
      }
      if (turn.isPresent() && reader == null) {
        open();
      }
      return turn;
    }

    private void chunk(Throttle.Turn turn) throws TaskException, InterruptedException {
      long began = System.nanoTime();
      ChunkSize size = search.narrowed(sizer.next()).atMost(turn.rows());
      DigestedRows rows = null;
      try {
        rows = new DigestedRows(shape.schema(), writer.begin());
        ChunkEnd end = reader.read(point.cursor(), size, rows);
        Totals totals =
            point.totals().plusChunk(rows.rows(), rows.bytes(), rows.digestSum(), format.id());
        commit(end, totals);
      } catch (TaskException e) {
        writer.abort();
        if (rows == null || e.kind() != FailureKind.POISON) {
          throw e;
        }
        refused(rows.rows(), size, e);
        return;
      } catch (RuntimeException e) {
        writer.abort();
        throw e;
      }
      long nanos = System.nanoTime() - began;
      if (search.equals(Isolation.NONE)) {
        sizer = sizer.after(rows.rows(), nanos / 1_000_000);
        use.learned(sizer);
      }
      search = search.passed(rows.rows());
      throttle.moved(turn, rows.rows(), nanos);
      metrics.chunk(rows.rows(), rows.bytes(), nanos);
    }

    private void commit(ChunkEnd end, Totals totals) throws TaskException {
      List<CommittedFile> files = writer.commit(end.cursor(), totals, end.last());
      point = point.after(end.cursor(), totals, files);
      last = end.last();
      tell.accept(new WorkerEvent.ChunkDone(task.id(), point, last));
    }

    /**
     * A row of a chunk is refused.
     *
     * @param rows so many rows the sink was given; none: the record behind the cursor is unreadable
     */
    private void refused(long rows, ChunkSize size, TaskException e)
        throws TaskException, InterruptedException {
      if (rows == 0) {
        setAside(RefusedRow.byFormat(reader, point.cursor()), e);
        return;
      }
      search = search.refused(rows, size.rows());
      if (search.found()) {
        Slice slice = Slice.of(task.descriptor().getSlice());
        setAside(
            RefusedRow.bySink(use.route().source(), slice, point.cursor(), size.bytes(), e), e);
        search = Isolation.NONE;
      }
    }

    /** Passes a row once the log has it; the cursor passes it with the count at the sink. */
    private void setAside(RefusedRow row, TaskException e)
        throws TaskException, InterruptedException {
      tell.accept(new WorkerEvent.Refused(task.id(), letter(row, e)));
      if (!passes.await()) {
        return;
      }
      log.warn(
          "partition {}: set a row aside behind {}: {}",
          task.descriptor().getPartitionId(),
          point.cursor(),
          e.getMessage());
      try {
        writer.begin();
        commit(row.end(), point.totals().plusDeadLetter());
      } catch (TaskException | RuntimeException failed) {
        writer.abort();
        throw failed;
      }
    }

    private DeadLetter letter(RefusedRow row, TaskException e) {
      return DeadLetter.newBuilder()
          .setPartitionId(task.descriptor().getPartitionId())
          .setBackfillId(task.descriptor().getBackfillId())
          .setRow(row.row())
          .setRowSchema(row.schema().toString())
          .setError(new Failure(e.kind(), e.code(), e.getMessage(), clock.millis()))
          .setCursor(point.cursor().parts())
          .setAttempt(0)
          .setAt(clock.millis())
          .setNumber(point.totals().deadLetters())
          .setFence(task.fence())
          .build();
    }
  }
}
