package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The log as Kafka behaves: queues of offsets, transactions of records and consumer offsets, their
 * markers, which take offsets of their own and arrive queue by queue some time after the decision,
 * and readers that see committed records up to the first undecided one.
 */
final class SimLog {

  /** What is in the log at an offset. A marker has no checkpoint. */
  private record Entry(Checkpoint checkpoint, Txn txn) {}

  /** A record that readers see. */
  record Seen(long offset, Checkpoint checkpoint) {}

  /** A transaction of one producer. */
  static final class Txn {
    private enum State {
      OPEN,
      COMMITTED,
      ABORTED
    }

    final String producer;
    final WorkerEffect.Commit commit;
    final List<Long> offsets = new ArrayList<>();
    private final Set<Integer> recordsUnmarked = new TreeSet<>();
    private final Set<Integer> offsetsUnmarked;
    private State state = State.OPEN;

    Txn(String producer, WorkerEffect.Commit commit) {
      this.producer = producer;
      this.commit = commit;
      this.offsetsUnmarked = new TreeSet<>(commit.offsets().keySet());
    }

    boolean open() {
      return state == State.OPEN;
    }

    private boolean complete() {
      return !open() && recordsUnmarked.isEmpty() && offsetsUnmarked.isEmpty();
    }
  }

  private static final Optional<Descriptor> MARKER = Optional.empty();

  private final Scheduler scheduler;
  private final int transactionMs;
  private final double lateMarkers;
  private final Mutation mutation;
  private final List<List<Optional<Descriptor>>> work = new ArrayList<>();
  private final List<List<Integer>> reportsBefore = new ArrayList<>();
  private final List<List<Entry>> checkpoints = new ArrayList<>();
  private final Map<Integer, Long> committed = new TreeMap<>();
  private final Map<String, Txn> lastOf = new HashMap<>();
  private final Map<String, Integer> epochs = new HashMap<>();
  private final List<BiConsumer<Integer, Long>> onOffset = new ArrayList<>();
  private final List<Consumer<Txn>> onDecided = new ArrayList<>();
  private boolean available = true;

  SimLog(Scheduler scheduler, Setup setup, Mutation mutation) {
    this.mutation = mutation;
    this.scheduler = scheduler;
    this.transactionMs = setup.transactionMs();
    this.lateMarkers = setup.lateMarkers();
    for (int q = 0; q < setup.queues(); q++) {
      work.add(new ArrayList<>());
      reportsBefore.add(new ArrayList<>());
      checkpoints.add(new ArrayList<>());
      committed.put(q, 0L);
    }
  }

  /** Whom to tell of a transaction that was decided to commit, and then of each of its offsets. */
  void watch(Consumer<Txn> decided, BiConsumer<Integer, Long> offset) {
    onDecided.add(decided);
    onOffset.add(offset);
  }

  int queues() {
    return work.size();
  }

  boolean available() {
    return available;
  }

  void available(boolean is) {
    available = is;
  }

  // ---- the work topic
  // -----------------------------------------------------------------------------

  /** A planner's transaction; its markers take an offset on each queue that it touched. */
  void publish(List<Descriptor> descriptors) {
    Set<Integer> touched = new TreeSet<>();
    for (Descriptor d : descriptors) {
      add(d.getQueue(), Optional.of(d));
      touched.add(d.getQueue());
    }
    touched.forEach(q -> add(q, MARKER));
  }

  private void add(int queue, Optional<Descriptor> descriptor) {
    work.get(queue).add(descriptor);
    reportsBefore.get(queue).add(checkpoints.get(queue).size());
  }

  /** The end of a queue's checkpoints at the time when a record of its work was written. */
  long reportsBefore(int queue, long workOffset) {
    return reportsBefore.get(queue).get((int) workOffset);
  }

  long workEnd(int queue) {
    return work.get(queue).size();
  }

  /** The descriptor at an offset; empty for a marker. */
  Optional<Descriptor> workAt(int queue, long offset) {
    return work.get(queue).get((int) offset);
  }

  // ---- transactions
  // -------------------------------------------------------------------------------

  /** A producer starts: what is open under its name is aborted, and older epochs are fenced. */
  int initTransactions(String producer) {
    Txn last = lastOf.get(producer);
    if (last != null) {
      abort(last);
    }
    return epochs.merge(producer, 1, Integer::sum);
  }

  /** Whether a producer must wait: its last transaction is decided, but not marked everywhere. */
  boolean concurrent(String producer) {
    Txn last = lastOf.get(producer);
    return last != null && !last.complete();
  }

  /** Begins a transaction and appends its records; empty if the producer was fenced. */
  Optional<Txn> append(String producer, int epoch, WorkerEffect.Commit commit) {
    if (epochs.get(producer) != epoch) {
      return Optional.empty();
    }
    Txn txn = new Txn(producer, commit);
    for (WorkerEffect.Append a : commit.records()) {
      List<Entry> queue = checkpoints.get(a.queue());
      txn.offsets.add((long) queue.size());
      queue.add(new Entry(a.checkpoint(), txn));
      txn.recordsUnmarked.add(a.queue());
    }
    lastOf.put(producer, txn);
    scheduler.after(transactionMs, "log", "transaction timeout " + producer, () -> abort(txn));
    return Optional.of(txn);
  }

  /** Decides that a transaction commits; false if it was aborted. */
  boolean commit(Txn txn) {
    if (txn.state == Txn.State.ABORTED) {
      return false;
    }
    if (txn.open()) {
      txn.state = Txn.State.COMMITTED;
      onDecided.forEach(c -> c.accept(txn));
      List.copyOf(txn.recordsUnmarked)
          .forEach(q -> scheduler.after(lag(), "log", "marker", () -> markRecords(txn, q)));
      List.copyOf(txn.offsetsUnmarked)
          .forEach(q -> scheduler.after(lag(), "log", "offset", () -> markOffset(txn, q)));
    }
    return true;
  }

  private int lag() {
    return scheduler.chance(lateMarkers) ? scheduler.between(0, 1_000) : scheduler.between(0, 5);
  }

  void abort(Txn txn) {
    if (txn.open()) {
      txn.state = Txn.State.ABORTED;
      txn.offsetsUnmarked.clear();
      List.copyOf(txn.recordsUnmarked).forEach(q -> markRecords(txn, q));
    }
  }

  private void markRecords(Txn txn, int queue) {
    txn.recordsUnmarked.remove(queue);
    checkpoints.get(queue).add(new Entry(null, txn));
  }

  private void markOffset(Txn txn, int queue) {
    txn.offsetsUnmarked.remove(queue);
    commitOffset(queue, txn.commit.offsets().get(queue));
  }

  /** Commits an offset by itself, or as a part of a transaction. */
  void commitOffset(int queue, long offset) {
    committed.put(queue, offset);
    onOffset.forEach(c -> c.accept(queue, offset));
  }

  // ---- readers
  // ------------------------------------------------------------------------------------

  long position(int queue) {
    return committed.get(queue);
  }

  /**
   * Producers that whoever takes over a queue must wait for.
   *
   * @param records whether for their records, too, and not only for their offsets
   */
  Set<String> pending(int queue, boolean records) {
    Set<String> producers = new TreeSet<>();
    lastOf.forEach(
        (producer, txn) -> {
          if (txn.offsetsUnmarked.contains(queue)
              || (records && txn.recordsUnmarked.contains(queue))) {
            producers.add(producer);
          }
        });
    return producers;
  }

  /** Where readers of committed records stop for now. */
  long stableEnd(int queue) {
    List<Entry> entries = checkpoints.get(queue);
    for (Txn txn : lastOf.values()) {
      if (txn.recordsUnmarked.contains(queue)) {
        return firstUndecided(queue, entries);
      }
    }
    return entries.size();
  }

  private static long firstUndecided(int queue, List<Entry> entries) {
    for (int i = 0; i < entries.size(); i++) {
      if (entries.get(i).txn().recordsUnmarked.contains(queue)) {
        return i;
      }
    }
    return entries.size();
  }

  /** The record at an offset below the stable end; empty for markers and what was aborted. */
  Optional<Seen> seen(int queue, long offset) {
    Entry e = checkpoints.get(queue).get((int) offset);
    return e.checkpoint() == null || e.txn().state != Txn.State.COMMITTED
        ? Optional.empty()
        : Optional.of(new Seen(offset, e.checkpoint()));
  }

  /** The newest checkpoint of each partition of a queue, as compaction would leave them. */
  List<Checkpoint> newest(int queue) {
    Map<String, Checkpoint> newest = new LinkedHashMap<>();
    for (long o = 0; o < stableEnd(queue); o++) {
      seen(queue, o)
          .ifPresent(
              s -> newest.put(s.checkpoint().getDescriptor().getPartitionId(), s.checkpoint()));
    }
    if (mutation == Mutation.LOG_LOSES_TERMINAL_CHECKPOINTS) {
      newest.values().removeIf(c -> Lifecycle.terminal(c.getState()));
    }
    return List.copyOf(newest.values());
  }
}
