package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Totals;
import io.tidemark.schemas.avro.OffsetRange;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Watches the sink from outside: what is really there, whatever sink and workers believe. */
final class SinkWatch implements SimSink.Watcher {

  private final World world;
  private final Map<String, Long> fences = new HashMap<>();
  private final Map<String, BitSet> rows = new HashMap<>();
  private final Map<String, Totals> totals = new HashMap<>();

  SinkWatch(World world) {
    this.world = world;
  }

  @Override
  public void opened(String partition, long fence) {
    long highest = fences.getOrDefault(partition, -1L);
    if (fence < highest) {
      throw new Violation(
          Invariant.I3_FENCES_ONLY_GROW,
          partition + " was opened under fence " + fence + " after " + highest);
    }
    fences.put(partition, fence);
  }

  @Override
  public void committed(String partition, long fence, SimSink.Rows chunk, SimSink.Progress after) {
    long highest = fences.getOrDefault(partition, -1L);
    if (fence < highest) {
      throw new Violation(
          Invariant.I3_FENCES_ONLY_GROW,
          partition + ": a chunk was committed under fence " + fence + " after " + highest);
    }
    OffsetRange range = (OffsetRange) world.planner().published().get(partition).getSlice();
    if (chunk.from() < range.getFrom() || chunk.to() > range.getTo()) {
      throw new Violation(
          Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
          partition + ": rows " + chunk + " are not its own");
    }
    BitSet there = rows.computeIfAbsent(chunk.stream(), k -> new BitSet());
    addOnce(partition, chunk, there);
    Totals had = totals.getOrDefault(partition, Totals.ZERO);
    boolean passes = chunk.from() == chunk.to();
    Totals real =
        passes
            ? had.plusDeadLetter()
            : had.plusChunk(
                chunk.to() - chunk.from(),
                8 * (chunk.to() - chunk.from()),
                SimSource.sum(chunk.stream(), chunk.from(), chunk.to()),
                SimSource.DOMAIN);
    if (passes) {
      requireLetter(partition, chunk.from(), real.deadLetters());
    }
    totals.put(partition, real);
    if (!real.equals(after.totals())) {
      throw new Violation(
          Invariant.I5_SUMS_AGREE,
          partition + ": the sink was told " + after.totals() + ", it holds " + real);
    }
  }

  /** The log holds a row before the sink's cursor passes it. */
  private void requireLetter(String partition, long row, long letters) {
    List<Long> known = world.invariants().letters(partition, letters);
    if (known.size() != letters || !known.get(known.size() - 1).equals(row)) {
      throw new Violation(
          Invariant.I9_NO_PARTITION_IS_DROPPED,
          partition + ": the sink passed row " + row + ", the dead letters are " + known);
    }
  }

  @Override
  public void upserted(SimSink.Rows chunk) {
    rows.computeIfAbsent(chunk.stream(), k -> new BitSet())
        .set((int) chunk.from(), (int) chunk.to());
  }

  /**
   * Looks into the files that a checkpoint or a manifest names: each row of the slice once.
   *
   * @param paths files in any order
   */
  void requireOnce(String what, Collection<String> paths, OffsetRange slice) {
    BitSet there = new BitSet();
    for (String path : paths) {
      addOnce(what + ", file " + path, world.sink().staged(path), there);
    }
    requireAll(what, there, slice);
  }

  private static void addOnce(String what, SimSink.Rows rows, BitSet there) {
    int again = there.nextSetBit((int) rows.from());
    if (again >= 0 && again < rows.to()) {
      throw new Violation(
          Invariant.I2_A_ROW_BELONGS_TO_ONE_COMMITTED_CHUNK,
          what + ": row " + again + " is there already, and comes again with " + rows);
    }
    there.set((int) rows.from(), (int) rows.to());
  }

  /** Requires that every row of a slice was written. */
  void requireRows(String what, OffsetRange slice) {
    requireAll(what, rows.getOrDefault(slice.getStream(), new BitSet()), slice);
  }

  /** Every row is there, but those that no sink takes. */
  private void requireAll(String what, BitSet there, OffsetRange slice) {
    BitSet taken = (BitSet) there.clone();
    poison(slice).forEach(row -> taken.set(row.intValue()));
    int missing = taken.nextClearBit((int) slice.getFrom());
    if (missing < slice.getTo()) {
      throw new Violation(
          Invariant.I9_NO_PARTITION_IS_DROPPED, what + ": row " + missing + " is missing");
    }
  }

  /** Rows of a slice that no sink takes. */
  List<Long> poison(OffsetRange slice) {
    return SimSource.poison(
        slice.getStream(), slice.getFrom(), slice.getTo(), world.setup().poison());
  }

  /** What really is there of a partition. */
  Totals totals(String partition) {
    return totals.getOrDefault(partition, Totals.ZERO);
  }

  /** How many different rows of a stream are there. */
  long rows(String stream) {
    BitSet there = rows.get(stream);
    return there == null ? 0 : there.cardinality();
  }
}
