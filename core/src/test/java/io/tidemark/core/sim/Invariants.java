package io.tidemark.core.sim;

import io.tidemark.core.ledger.Finding;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.Tally;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The invariants of DESIGN §4, each checked where it can first be seen to fail. */
final class Invariants {

  private final World world;
  private final SinkWatch sink;
  private final LogWatch log;

  Invariants(World world) {
    this.world = world;
    this.sink = new SinkWatch(world);
    this.log = new LogWatch(world, sink);
  }

  SimSink.Watcher sink() {
    return sink;
  }

  /** Rows that the log holds as dead letters of a partition, of so many. */
  List<Long> letters(String partition, long many) {
    return log.letters(partition, many);
  }

  /** After every event. */
  void check() {
    log.look();
    for (LedgerEntry e : world.reconciler().ledger().values()) {
      String id = e.getDescriptor().getPartitionId();
      if (e.getRows() > log.point(id).totals().rows()) {
        throw new Violation(
            Invariant.I4_CURSORS_NEVER_MOVE_BACK,
            id + ": the ledger says " + e.getRows() + " rows, the checkpoint less");
      }
    }
  }

  /** I8: a lane is about to start a chunk. */
  void chunkStarts(String worker, String partition, RunState directed) {
    if (directed != RunState.RUN) {
      throw new Violation(
          Invariant.I8_HELD_BACKFILLS_START_NO_CHUNK,
          worker + " starts a chunk of " + partition + " though directed " + directed);
    }
  }

  /** The ledger disagrees with a report: in a world whose workers keep the rules it never does. */
  void finding(Finding finding) {
    Invariant broken =
        switch (finding.kind()) {
          case STALE_FENCE -> Invariant.I3_FENCES_ONLY_GROW;
          case WENT_BACK -> Invariant.I4_CURSORS_NEVER_MOVE_BACK;
          case TERMINAL_CHANGED, STALE_ROUND, ILLEGAL_ROUND ->
              Invariant.I6_TERMINAL_STATES_NEVER_CHANGE;
          case REPLANNED -> Invariant.I1_BOUNDARIES_COVER_THE_PLAN;
          case INVALID -> Invariant.CONTRACT;
        };
    throw new Violation(broken, finding.toString());
  }

  /** I1 and I5 in the ledger: what it holds tiles the plan, and its tallies are its sums. */
  void tallied() {
    Map<String, Tally> sums = new HashMap<>();
    OffsetRange before = null;
    for (LedgerEntry e : world.reconciler().ledger().values()) {
      Descriptor d = e.getDescriptor();
      OffsetRange range = (OffsetRange) d.getSlice();
      if (before != null
          && before.getStream().equals(range.getStream())
          && before.getTo() > range.getFrom()) {
        throw new Violation(
            Invariant.I1_BOUNDARIES_COVER_THE_PLAN, before + " and " + range + " overlap");
      }
      before = range;
      sums.merge(
          d.getBackfillId() + "|" + d.getQueue(),
          Tallies.changed(Tallies.empty(d.getBackfillId(), "default", d.getQueue()), null, e),
          Invariants::plus);
    }
    sums.forEach(
        (key, sum) -> {
          Tally kept = world.reconciler().tallies().get(key);
          boolean same =
              kept.getRows() == sum.getRows()
                  && kept.getDigest().equals(sum.getDigest())
                  && kept.getCompleted() == sum.getCompleted()
                  && kept.getCoverageKnown() == sum.getCoverageKnown();
          if (!same) {
            throw new Violation(
                Invariant.I5_SUMS_AGREE, key + ": tally " + kept + ", entries sum to " + sum);
          }
        });
  }

  private static Tally plus(Tally a, Tally b) {
    return Tally.newBuilder(a)
        .setRows(a.getRows() + b.getRows())
        .setDigest(Tallies.plus(a.getDigest(), b.getDigest()))
        .setCompleted(a.getCompleted() + b.getCompleted())
        .setCoverageKnown(a.getCoverageKnown() + b.getCoverageKnown())
        .build();
  }

  /** I10: the ledger read again from its input is the ledger. */
  void replays() {
    if (!world.reconciler().replayed().equals(world.reconciler().ledger())) {
      throw new Violation(Invariant.I10_RESTARTS_CHANGE_NOTHING, "a replay gives another ledger");
    }
  }

  /** Whether the coordinator has declared every backfill ended. */
  boolean ended() {
    return world.backfills().stream()
        .allMatch(
            b -> {
              Progress p = world.reconciler().progress().get(b);
              return p != null && p.getEndedAt() != null;
            });
  }

  /** Once everything ended and rests. */
  void checkAtRest() {
    replays();
    world.planner().published().values().forEach(this::partition);
    world.backfills().forEach(b -> backfill(b, world.planner().rows(b)));
    for (int q = 0; q < world.log().queues(); q++) {
      for (long o = world.log().position(q); o < world.log().workEnd(q); o++) {
        if (world.log().workAt(q, o).isPresent()) {
          throw new Violation(
              Invariant.I9_NO_PARTITION_IS_DROPPED, "queue " + q + " rests at offset " + o);
        }
      }
    }
  }

  private void partition(Descriptor d) {
    String id = d.getPartitionId();
    LedgerEntry entry = world.reconciler().ledger().get(id);
    boolean accounts = world.sink().kind() == SimSink.Kind.TRANSACTIONAL;
    Totals there = accounts ? sink.totals(id) : log.point(id).totals();
    boolean terminal =
        switch (entry.getState()) {
          case COMPLETED -> !accounts || world.sink().progress(id).complete();
          case FAILED -> entry.getError() != null;
          case CANCELLED -> true;
          default -> false;
        };
    if (!terminal) {
      throw new Violation(Invariant.I9_NO_PARTITION_IS_DROPPED, id + " rests " + entry.getState());
    }
    if (entry.getState() == PartitionState.FAILED
        && entry.getError().getCode().equals("WORKERS_DIED")
        && !world.kills(d)) {
      throw new Violation(
          Invariant.I9_NO_PARTITION_IS_DROPPED, id + " fails though nobody died of it");
    }
    List<Long> letters = log.letters(id, entry.getDeadLetters());
    List<Long> poison = sink.poison((OffsetRange) entry.getDescriptor().getSlice());
    boolean completed = entry.getState() == PartitionState.COMPLETED;
    if (completed ? !letters.equals(poison) : !poison.containsAll(letters)) {
      throw new Violation(
          Invariant.I9_NO_PARTITION_IS_DROPPED,
          id + ": the dead letters are " + letters + ", the rows that no sink takes " + poison);
    }
    Digest digest = entry.getDigest();
    boolean known =
        log.point(id).totals().equals(there)
            && entry.getRows() == there.rows()
            && entry.getChunks() == there.chunks()
            && digest.equals(there.digest());
    // Given up before anybody asked the sink again: a chunk whose reply was lost may be missing.
    boolean givenUp = entry.getState() != PartitionState.COMPLETED;
    if (!known && !(givenUp && entry.getRows() <= there.rows())) {
      throw new Violation(
          Invariant.I4_CURSORS_NEVER_MOVE_BACK,
          id + " at rest: sink " + there + ", checkpoint " + log.point(id) + ", ledger " + entry);
    }
  }

  private void backfill(String id, long sourceRows) {
    Progress p = world.reconciler().progress().get(id);
    long rows = 0;
    long letters = 0;
    boolean failed = false;
    boolean cancelled = false;
    for (LedgerEntry e : world.reconciler().ledger().values()) {
      if (e.getDescriptor().getBackfillId().equals(id)) {
        rows += e.getRows();
        letters += e.getDeadLetters();
        failed |= e.getState() == PartitionState.FAILED;
        cancelled |= e.getState() == PartitionState.CANCELLED;
      }
    }
    BackfillState expected =
        failed
            ? BackfillState.FAILED
            : cancelled ? BackfillState.CANCELLED : BackfillState.COMPLETED;
    // A retry may come while the coordinator already declares the failure.
    boolean late = p.getState() == BackfillState.FAILED && world.planner().retried(id);
    // Its planner stopped, so nobody says whether what is known of it is all of it.
    boolean unsealed = p.getState() == BackfillState.CANCELLED && !p.getSealed();
    if (p.getState() != expected && !late && !unsealed) {
      throw new Violation(
          Invariant.LIVENESS,
          id + " is " + p.getState() + " (" + p.getReason() + "), not " + expected);
    }
    boolean done = expected == BackfillState.COMPLETED && !unsealed;
    boolean exact =
        switch (world.sink().kind()) {
          case TRANSACTIONAL, IDEMPOTENT ->
              done ? rows + letters == sourceRows && sink.rows(id) == rows : rows <= sink.rows(id);
          case MANIFEST -> {
            if (p.getState() == BackfillState.COMPLETED) {
              OffsetRange all = new OffsetRange(id, 0L, sourceRows);
              sink.requireOnce(id, world.sink().sealed(id).orElseThrow(), all);
            }
            yield !done || rows + letters == sourceRows;
          }
        };
    if (!exact || (!late && (p.getRows() != rows || p.getDeadLetters() != letters))) {
      throw new Violation(
          Invariant.I5_SUMS_AGREE,
          "%s: source %d rows, partitions %d, progress %d, sink %d"
              .formatted(id, sourceRows, rows, p.getRows(), sink.rows(id)));
    }
  }
}
