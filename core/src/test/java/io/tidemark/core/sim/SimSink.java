package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A sink of one of the kinds of DESIGN §3.3. A transactional one has one progress row for each
 * partition, locked from the beginning of a chunk's transaction to its end; opening raises the
 * fence and ends what the former claimant holds open. The others keep no progress and know no
 * fence: an idempotent one has each row once however often it is written, and one of files takes
 * every file that anybody stages, and shows those that the manifest names.
 */
final class SimSink {

  /** Kinds of sinks. */
  enum Kind {
    TRANSACTIONAL,
    IDEMPOTENT,
    MANIFEST
  }

  /** What the sink holds of a partition. */
  record Progress(Cursor cursor, Totals totals, boolean complete) {}

  /** Rows [from, to) of a stream. */
  record Rows(String stream, long from, long to) {}

  /** A chunk's transaction. */
  static final class Tx {
    private final long fence;
    private boolean ended;

    private Tx(long fence) {
      this.fence = fence;
    }
  }

  private static final class Row {
    private long fence = -1;
    private Progress progress = new Progress(Cursor.START, Totals.ZERO, false);
    private Optional<Tx> open = Optional.empty();
  }

  /** Hears of each chunk at the moment of its commit. */
  interface Watcher {
    void committed(String partition, long fence, Rows rows, Progress after);

    void opened(String partition, long fence);

    void upserted(Rows rows);
  }

  private final Kind kind;
  private final int poison;
  private final Mutation mutation;
  private final Watcher watcher;
  private final Map<String, Rows> staged = new TreeMap<>();
  private final Map<String, Set<String>> sealed = new TreeMap<>();
  private final Map<String, Row> rows = new TreeMap<>();
  private final Set<Row> openRows = new HashSet<>();
  private boolean available = true;

  SimSink(Kind kind, int poison, Mutation mutation, Watcher watcher) {
    this.kind = kind;
    this.poison = poison;
    this.mutation = mutation;
    this.watcher = watcher;
  }

  /** Takes the sink away, as a crash does: what is open is rolled back. */
  void available(boolean is) {
    available = is;
    if (!is) {
      openRows.forEach(r -> end(r.open.orElseThrow()));
      openRows.forEach(r -> r.open = Optional.empty());
      openRows.clear();
    }
  }

  /** What it holds of a partition, if it is a sink that keeps account of it. */
  Optional<Progress> open(String partition, long fence) throws TaskException {
    Row row = row(partition);
    if (kind != Kind.TRANSACTIONAL) {
      return Optional.empty();
    }
    if (checksFences() && fence < row.fence) {
      throw new FencedException(partition, fence, "the sink has seen " + row.fence);
    }
    row.fence = fence;
    watcher.opened(partition, fence);
    if (mutation != Mutation.SINK_OPEN_KEEPS_FORMER_TRANSACTION) {
      row.open.ifPresent(tx -> close(row, tx));
    }
    return Optional.of(row.progress);
  }

  Tx begin(String partition, long fence) throws TaskException {
    Row row = row(partition);
    if (kind != Kind.TRANSACTIONAL) {
      return new Tx(fence);
    }
    if (checksFences() && fence != row.fence) {
      throw new FencedException(partition, fence, "the sink has " + row.fence);
    }
    if (row.open.isPresent()) {
      throw new TaskException(FailureKind.TRANSIENT, "55P03", partition + " is locked", null);
    }
    Tx tx = new Tx(fence);
    row.open = Optional.of(tx);
    openRows.add(row);
    return tx;
  }

  /** Makes a chunk durable; gives the files that it wrote. */
  List<CommittedFile> commit(String partition, Tx tx, Rows chunk, Progress after)
      throws TaskException {
    Row row = row(partition);
    if (!SimSource.poison(chunk.stream(), chunk.from(), chunk.to(), poison).isEmpty()) {
      rollback(partition, tx);
      throw new TaskException(FailureKind.POISON, "22003", "a row is out of range", null);
    }
    if (kind == Kind.MANIFEST) {
      String path = partition + "-" + tx.fence + "-" + staged.size();
      staged.put(path, chunk);
      return List.of(new CommittedFile(path, chunk.to() - chunk.from(), 0L));
    }
    if (kind == Kind.IDEMPOTENT) {
      watcher.upserted(chunk);
      return List.of();
    }
    if (mutation == Mutation.SINK_WRITES_CURSOR_OUTSIDE_TRANSACTION) {
      row.progress = after;
    }
    if (tx.ended) {
      throw new TaskException(FailureKind.UNAVAILABLE, "57P01", "the session was ended", null);
    }
    close(row, tx);
    if (checksFences() && tx.fence != row.fence) {
      throw new FencedException(partition, tx.fence, "the sink has " + row.fence);
    }
    row.progress = after;
    watcher.committed(partition, tx.fence, chunk, after);
    return List.of();
  }

  /** Shows these files of a backfill for good, and says so twice if told twice. */
  void seal(String backfill, Set<String> named) {
    Set<String> paths = new TreeSet<>(named);
    if (mutation == Mutation.MANIFEST_NAMES_WHAT_WAS_STAGED) {
      staged.keySet().stream().filter(p -> p.startsWith(backfill + "/")).forEach(paths::add);
    }
    Set<String> before = sealed.put(backfill, paths);
    if (before != null && !before.equals(paths)) {
      throw new Violation(
          Invariant.I10_RESTARTS_CHANGE_NOTHING, backfill + " was sealed again with other files");
    }
  }

  /** Files of a sealed backfill; empty if it is not sealed. */
  Optional<Set<String>> sealed(String backfill) {
    return Optional.ofNullable(sealed.get(backfill));
  }

  /** Rows of a staged file. */
  Rows staged(String path) {
    return staged.get(path);
  }

  Kind kind() {
    return kind;
  }

  /** A client went away, and the sink noticed. */
  void rollback(String partition, Tx tx) {
    if (kind != Kind.TRANSACTIONAL) {
      return;
    }
    close(rows.get(partition), tx);
  }

  private void close(Row row, Tx tx) {
    end(tx);
    if (row.open.filter(tx::equals).isPresent()) {
      row.open = Optional.empty();
      openRows.remove(row);
    }
  }

  private static void end(Tx tx) {
    tx.ended = true;
  }

  private boolean checksFences() {
    return mutation != Mutation.SINK_DOES_NOT_CHECK_FENCES;
  }

  private Row row(String partition) throws TaskException {
    if (!available) {
      throw new TaskException(FailureKind.UNAVAILABLE, "57P03", "the sink is starting up", null);
    }
    return rows.computeIfAbsent(partition, k -> new Row());
  }

  /** What it holds of a partition; all zero if it never heard of it. */
  Progress progress(String partition) {
    Row row = rows.get(partition);
    return row == null ? new Progress(Cursor.START, Totals.ZERO, false) : row.progress;
  }
}
