package io.tidemark.core.worker;

import io.tidemark.core.lifecycle.Lifecycle;
import io.tidemark.core.worker.Run.Phase;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * One queue that a worker owns: the descriptors that are not done, by offset, and with them the
 * offset that may be committed (I7: never past one that is not terminal). The only place where a
 * run changes its phase, so that the indexes by phase stay true.
 */
final class QueueState {

  final int number;
  private final Unread unread = new Unread();
  private final TreeMap<Long, Run> runs = new TreeMap<>();
  private final Map<String, Run> byId = new HashMap<>();
  private final Map<String, TreeMap<Long, Run>> ready = new HashMap<>();
  private final Set<Run> backoffs = new LinkedHashSet<>();
  private final Set<Run> dirty = new LinkedHashSet<>();
  private int ended;

  /**
   * Newest checkpoints from before this ownership, until the descriptors of that time are re-read.
   */
  private final Map<String, Checkpoint> known = new HashMap<>();

  /**
   * Where partitions stand that failed or were cancelled, by id: a retry goes on from there. Those
   * that stand at their start are left out.
   */
  private final Map<String, GivenUp> givenUp = new HashMap<>();

  private record GivenUp(String backfill, long plannedAt, Point at) {}

  private long knownUntil;

  /** Where reading is; behind {@link #next} while something is read again. */
  private long reading;

  private long next;
  private long committed;
  private boolean recovered;
  private boolean leaving;
  private boolean readingPaused;

  QueueState(int number) {
    this.number = number;
  }

  /** Learns where things stand; a second answer to one question changes nothing. */
  void recovered(long position, long end, Collection<Checkpoint> checkpoints) {
    if (recovered) {
      return;
    }
    recovered = true;
    next = position;
    reading = position;
    // Whatever came before is read from here on, too.
    unread.clear();
    committed = position;
    knownUntil = end;
    for (Checkpoint c : checkpoints) {
      String id = c.getDescriptor().getPartitionId();
      if (position < end) {
        known.put(id, c);
      }
      if (Lifecycle.retryable(c.getState())) {
        giveUp(c.getDescriptor(), Point.of(c));
      }
    }
  }

  private void giveUp(Descriptor d, Point at) {
    if (!at.equals(Point.START)) {
      givenUp.put(d.getPartitionId(), new GivenUp(d.getBackfillId(), d.getPlannedAt(), at));
    }
  }

  /**
   * Forgets where partitions of a backfill stand that were planned before a time, milliseconds
   * since the epoch: ids are the same when it is planned again, and nothing else.
   */
  void forgetBefore(String backfill, long since) {
    known
        .values()
        .removeIf(
            c ->
                c.getDescriptor().getBackfillId().equals(backfill)
                    && c.getDescriptor().getPlannedAt() < since);
    givenUp.values().removeIf(g -> g.backfill().equals(backfill) && g.plannedAt() < since);
  }

  /**
   * Takes a descriptor in.
   *
   * @return the run it gives; empty if there is nothing to do for it
   */
  Optional<Run> read(long offset, Descriptor descriptor) {
    String id = descriptor.getPartitionId();
    if (offset < next && !unread.holds(offset, descriptor)) {
      reading = offset + 1;
      return Optional.empty();
    }
    Optional<Checkpoint> last = Optional.ofNullable(known.get(id));
    unread.take(offset, descriptor);
    passed(offset + 1);
    Run had = byId.get(id);
    if (had != null && !succeeds(descriptor, had)) {
      return Optional.empty();
    }
    int lastRound = last.map(c -> c.getDescriptor().getRound()).orElse(-1);
    boolean sameRound = lastRound == descriptor.getRound();
    if (lastRound > descriptor.getRound()
        || (sameRound && Lifecycle.terminal(last.get().getState()))) {
      return Optional.empty();
    }
    // A split shrinks the slice: the checkpoint's descriptor is the younger one.
    Run run = new Run(number, offset, sameRound ? last.get().getDescriptor() : descriptor);
    if (sameRound) {
      run.resumeFrom(last.get());
    } else {
      // What an earlier round committed at the sink stays there; this round goes on behind it.
      Point before =
          Optional.ofNullable(givenUp.get(id))
              .map(GivenUp::at)
              .orElseGet(() -> last.map(Point::of).orElse(Point.START));
      run.point = had != null ? had.point : before;
    }
    if (had != null) {
      // A retry is published because the log holds the end of the round before, though the answer
      // to its commit may have been lost: said again it would come under a fence that is history.
      remove(had);
    }
    known.remove(id);
    runs.put(offset, run);
    byId.put(id, run);
    index(run);
    return Optional.of(run);
  }

  /** Takes a descriptor as done. */
  void skip(long offset, Descriptor descriptor) {
    if (unread.holds(offset, descriptor)) {
      unread.take(offset, descriptor);
    }
    passed(offset + 1);
  }

  /** Takes the descriptor of a run that nobody has as done. */
  void forget(Run run) {
    remove(run);
  }

  /** Leaves a descriptor in the log, to be read again when its backfill may run. */
  void leaveUnread(long offset, Descriptor descriptor) {
    if (offset >= next || unread.holds(offset, descriptor)) {
      unread.leave(offset, descriptor);
    }
    passed(offset + 1);
  }

  /** Whether a descriptor must stay in the log because others of its backfill before it do. */
  boolean behindUnread(long offset, Descriptor descriptor) {
    return unread.of(descriptor.getBackfillId()) && !unread.holds(offset, descriptor);
  }

  /**
   * Goes back to what was left of a backfill that may run now.
   *
   * @return where to read again; empty if nothing of it was left, or reading comes by anyway
   */
  Optional<Long> readAgain(String backfill) {
    Optional<Long> from = unread.from(backfill).filter(offset -> offset < reading);
    from.ifPresent(offset -> reading = offset);
    return from;
  }

  /** Descriptors of a backfill that wait in memory. */
  int waiting(String backfill) {
    TreeMap<Long, Run> of = ready.get(backfill);
    return of == null ? 0 : of.size();
  }

  /** Whether a descriptor is a retry of a run that is over, known to be reported or not. */
  private static boolean succeeds(Descriptor descriptor, Run had) {
    return had.phase() instanceof Phase.Ended && descriptor.getRound() > had.descriptor.getRound();
  }

  /** All of the queue below an offset was read: records and what else Kafka keeps there. */
  void passed(long upTo) {
    reading = upTo;
    next = Math.max(next, upTo);
    if (recovered && next >= knownUntil && unread.first().isEmpty()) {
      known.clear();
    }
  }

  /**
   * Moves a run to a phase.
   *
   * @param report whether the log should hear of it
   */
  void to(Run run, Phase phase, boolean report) {
    unindex(run);
    run.enter(phase);
    index(run);
    if (report) {
      changed(run);
    }
  }

  /** Something about the run changed that the log should hear of. */
  void changed(Run run) {
    run.raiseVersion();
    dirty.add(run);
  }

  /** The log has heard of a run as it was at that version. */
  void reported(Run run, long version) {
    if (run.version() == version) {
      dirty.remove(run);
      if (run.phase() instanceof Phase.Ended e) {
        remove(run);
        if (Lifecycle.retryable(e.state())) {
          giveUp(run.descriptor, run.point);
        }
      }
    }
  }

  private void remove(Run run) {
    dirty.remove(run);
    unindex(run);
    runs.remove(run.offset);
    byId.remove(run.descriptor.getPartitionId(), run);
  }

  private void index(Run run) {
    switch (run.phase()) {
      case Phase.Ready r ->
          ready
              .computeIfAbsent(run.descriptor.getBackfillId(), k -> new TreeMap<>())
              .put(run.offset, run);
      case Phase.Backoff b -> backoffs.add(run);
      case Phase.Ended e -> ended++;
      case Phase.Claiming c -> {}
      case Phase.Running r -> {}
    }
  }

  private void unindex(Run run) {
    switch (run.phase()) {
      case Phase.Ready r -> {
        TreeMap<Long, Run> of = ready.get(run.descriptor.getBackfillId());
        of.remove(run.offset);
        if (of.isEmpty()) {
          ready.remove(run.descriptor.getBackfillId());
        }
      }
      case Phase.Backoff b -> backoffs.remove(run);
      case Phase.Ended e -> ended--;
      case Phase.Claiming c -> {}
      case Phase.Running r -> {}
    }
  }

  boolean holds(Run run) {
    return runs.get(run.offset) == run;
  }

  List<Run> runs() {
    return List.copyOf(runs.values());
  }

  List<Run> dirty() {
    return List.copyOf(dirty);
  }

  List<Run> backoffs() {
    return List.copyOf(backoffs);
  }

  boolean hasEnded() {
    return ended > 0;
  }

  Set<String> waitingBackfills() {
    return ready.keySet();
  }

  /**
   * The next partition of a backfill to claim: the oldest descriptor.
   *
   * @param suspect whether of those that its owners may have died of, or of all others
   */
  Optional<Run> nextReady(String backfill, boolean suspect) {
    TreeMap<Long, Run> of = ready.get(backfill);
    return of == null
        ? Optional.empty()
        : of.values().stream().filter(r -> r.suspect() == suspect).findFirst();
  }

  /** Descriptors that wait although their backfill may run, and ends that are not reported. */
  int pending(Predicate<String> mayRun) {
    return ended
        + ready.entrySet().stream()
            .filter(e -> mayRun.test(e.getKey()))
            .mapToInt(e -> e.getValue().size())
            .sum();
  }

  /**
   * The offset that may be committed together with a batch of reports.
   *
   * @param inBatch the runs that the batch reports
   */
  long watermark(Set<Run> inBatch) {
    long low = unread.first().orElse(next);
    for (Run run : runs.values()) {
      if (!(run.phase() instanceof Phase.Ended && inBatch.contains(run))) {
        return Math.min(low, run.offset);
      }
    }
    return low;
  }

  long committed() {
    return committed;
  }

  void committed(long offset) {
    committed = Math.max(committed, offset);
  }

  /** Whether it is about to go. */
  boolean leaving() {
    return leaving;
  }

  /** Whether partitions of this queue may be claimed. */
  boolean open() {
    return recovered && !leaving;
  }

  void leave() {
    leaving = true;
  }

  boolean readingPaused() {
    return readingPaused;
  }

  void readingPaused(boolean paused) {
    readingPaused = paused;
  }
}
