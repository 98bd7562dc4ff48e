package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.worker.Point;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Watches the log from outside: each checkpoint as readers see it, each offset as it moves. */
final class LogWatch {

  private record Last(Checkpoint checkpoint, long offset, long fence) {}

  private final World world;
  private final SinkWatch sink;
  private final long[] read;
  private final long[] checked;
  private final Map<String, Last> seen = new HashMap<>();
  private final Map<String, Last> decided = new HashMap<>();
  private final Map<String, NavigableMap<Long, Long>> letters = new HashMap<>();

  LogWatch(World world, SinkWatch sink) {
    this.world = world;
    this.sink = sink;
    this.read = new long[world.log().queues()];
    this.checked = new long[world.log().queues()];
    world.log().watch(this::decided, this::offset);
  }

  /** Looks at what readers have come to see since the last look. */
  void look() {
    SimLog log = world.log();
    for (int q = 0; q < read.length; q++) {
      for (long end = log.stableEnd(q); read[q] < end; read[q]++) {
        log.seen(q, read[q]).ifPresent(this::see);
      }
    }
  }

  private void see(SimLog.Seen record) {
    Checkpoint c = record.checkpoint();
    String id = c.getDescriptor().getPartitionId();
    Last last = last(record.offset(), c);
    Last had = seen.put(id, last);
    if (had != null) {
      compare(id, had, last);
    }
    if (c.getState() == PartitionState.FAILED && c.getError() == null) {
      throw new Violation(Invariant.I9_NO_PARTITION_IS_DROPPED, id + " FAILED without a cause");
    }
    OffsetRange slice = (OffsetRange) c.getDescriptor().getSlice();
    boolean completed = c.getState() == PartitionState.COMPLETED;
    switch (world.sink().kind()) {
      case TRANSACTIONAL -> compareWithSink(id, c);
      case IDEMPOTENT -> {
        if (completed) {
          sink.requireRows(id, slice);
        }
      }
      case MANIFEST -> {
        if (completed) {
          sink.requireOnce(id, c.getFiles().stream().map(CommittedFile::getPath).toList(), slice);
        }
      }
    }
  }

  private void compareWithSink(String id, Checkpoint c) {
    Totals sink = world.sink().progress(id).totals();
    if (c.getRows() > sink.rows() || c.getChunks() > sink.chunks()) {
      throw new Violation(
          Invariant.I4_CURSORS_NEVER_MOVE_BACK,
          id + ": the checkpoint says " + c.getRows() + " rows, the sink " + sink.rows());
    }
    boolean unfinished = !world.sink().progress(id).complete();
    if (c.getState() == PartitionState.COMPLETED && unfinished) {
      throw new Violation(
          Invariant.I9_NO_PARTITION_IS_DROPPED, id + " was reported COMPLETED, but it is not");
    }
  }

  private static void compare(String id, Last had, Last got) {
    boolean retried = Lifecycle.retryable(had.checkpoint().getState()) && round(got) > round(had);
    // Whoever does not know whether its report arrived says it again.
    boolean repeated =
        got.checkpoint().getState() == had.checkpoint().getState()
            && Point.of(got.checkpoint()).equals(Point.of(had.checkpoint()));
    if (Lifecycle.terminal(had.checkpoint().getState()) && !retried && !repeated) {
      throw new Violation(
          Invariant.I6_TERMINAL_STATES_NEVER_CHANGE,
          id + ": " + got.checkpoint().getState() + " after " + had.checkpoint().getState());
    }
    if (got.fence() < had.fence()) {
      throw new Violation(
          Invariant.I3_FENCES_ONLY_GROW,
          id + ": reported under fence " + got.fence() + " after " + had.fence());
    }
    if (got.checkpoint().getRows() < had.checkpoint().getRows()) {
      throw new Violation(
          Invariant.I4_CURSORS_NEVER_MOVE_BACK,
          id + ": checkpoint of " + got.checkpoint().getRows() + " rows after more");
    }
  }

  private static int round(Last of) {
    return of.checkpoint().getDescriptor().getRound();
  }

  private static Last last(long offset, Checkpoint c) {
    return new Last(c, offset, c.getClaim() ? offset : c.getFence());
  }

  private void decided(SimLog.Txn txn) {
    for (WorkerEffect.Letter l : txn.commit.letters()) {
      letters
          .computeIfAbsent(l.letter().getPartitionId(), k -> new TreeMap<>())
          .put(l.letter().getNumber(), Long.parseLong(l.letter().getCursor().get(0)));
    }
    List<WorkerEffect.Append> records = txn.commit.records();
    for (int i = 0; i < records.size(); i++) {
      Checkpoint c = records.get(i).checkpoint();
      Last last = last(txn.offsets.get(i), c);
      decided.merge(
          c.getDescriptor().getPartitionId(),
          last,
          (had, got) -> had.offset() > got.offset() ? had : got);
    }
  }

  private void offset(int queue, long offset) {
    if (offset < checked[queue]) {
      throw new Violation(
          Invariant.I7_OFFSETS_NEVER_PASS_WHAT_IS_NOT_TERMINAL,
          "queue " + queue + ": offset " + offset + " was committed after " + checked[queue]);
    }
    for (; checked[queue] < offset; checked[queue]++) {
      world.log().workAt(queue, checked[queue]).ifPresent(d -> terminal(d, offset));
    }
  }

  private void terminal(Descriptor d, long offset) {
    Last last = decided.get(d.getPartitionId());
    boolean passable =
        last != null
            && (round(last) > d.getRound()
                || (round(last) == d.getRound()
                    && Lifecycle.terminal(last.checkpoint().getState())));
    if (!passable) {
      throw new Violation(
          Invariant.I7_OFFSETS_NEVER_PASS_WHAT_IS_NOT_TERMINAL,
          "offset %d was committed while round %d of %s is %s"
              .formatted(
                  offset,
                  d.getRound(),
                  d.getPartitionId(),
                  last == null ? "PENDING" : last.checkpoint().getState()));
    }
  }

  /**
   * Rows of a partition that the log holds as dead letters: of one number the newest, and of those
   * below a count of them.
   */
  List<Long> letters(String partition, long below) {
    return List.copyOf(letters.getOrDefault(partition, new TreeMap<>()).headMap(below).values());
  }

  /** The newest checkpoint that readers see of a partition. */
  Optional<Checkpoint> checkpoint(String partition) {
    return Optional.ofNullable(seen.get(partition)).map(Last::checkpoint);
  }

  /** How far readers see that a partition is. */
  Point point(String partition) {
    return checkpoint(partition).map(Point::of).orElse(Point.START);
  }
}
