package io.tidemark.core.plan;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.lifecycle.RecordBounds;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.Descriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Turns slices into descriptors, batch by batch: ordinals in the order of the slices, queues from
 * the {@link Allocator}. A planner that died is continued by replaying what it had published; the
 * rest comes out as it would have.
 */
public final class PlanBuilder {

  private record Cut(Slice slice, long rows) {}

  private final String backfill;
  private final long plannedAt;
  private final Allocator allocator;
  private final List<Cut> batch = new ArrayList<>();
  private final Tiling tiling = new Tiling();
  private long partitions;
  private long rows;
  private long heaviest;
  private long coverage;

  /**
   * A builder for a new plan.
   *
   * @param backfill backfill id
   * @param queues queues of the work topic
   * @param plannedAt time that all descriptors carry, milliseconds since the epoch
   */
  public PlanBuilder(String backfill, int queues, long plannedAt) {
    this.backfill = backfill;
    this.plannedAt = plannedAt;
    this.allocator = new Allocator(queues);
  }

  /**
   * Counts a descriptor that an earlier planner has published; call in the order of their ordinals.
   *
   * @throws IllegalStateException if one is missing before it
   */
  public void published(Descriptor d) {
    if (d.getOrdinal() != partitions) {
      throw new IllegalStateException(
          backfill + ": partition " + partitions + " is missing on the work topic");
    }
    allocator.dealt(d.getQueue(), d.getRowsEstimated());
    count(Slice.of(d.getSlice()), d.getRowsEstimated());
  }

  /**
   * Adds a slice to the batch in hand.
   *
   * @throws SliceTooLongException if its boundaries are too long for a descriptor
   */
  public void add(Slice slice, long rowsEstimated) {
    if (!RecordBounds.fits(slice)) {
      throw new SliceTooLongException(PartitionIds.of(backfill, partitions + batch.size()));
    }
    batch.add(new Cut(slice, rowsEstimated));
  }

  /** Slices in the batch in hand. */
  public int pending() {
    return batch.size();
  }

  /** Descriptors of the batch in hand, which is empty from then on. */
  public List<Descriptor> take() {
    int[] queues = allocator.assign(batch.stream().map(Cut::rows).toList());
    List<Descriptor> out = new ArrayList<>(batch.size());
    for (int i = 0; i < queues.length; i++) {
      Cut cut = batch.get(i);
      out.add(
          Descriptor.newBuilder()
              .setPartitionId(PartitionIds.of(backfill, partitions))
              .setBackfillId(backfill)
              .setOrdinal(partitions)
              .setQueue(queues[i])
              .setSlice(cut.slice().avro())
              .setRowsEstimated(cut.rows())
              .setPlannedAt(plannedAt)
              .build());
      count(cut.slice(), cut.rows());
    }
    batch.clear();
    return out;
  }

  private void count(Slice slice, long weight) {
    Slice last = tiling.last();
    if (!tiling.takes(slice)) {
      throw new IllegalStateException(
          "%s: partition %d does not go on where the one before it ends, or takes a value or bucket that was taken, so rows would be lost or doubled: %s, then %s; please report it"
              .formatted(
                  backfill, partitions, last == null ? "nothing" : last.avro(), slice.avro()));
    }
    partitions++;
    rows += weight;
    heaviest = Math.max(heaviest, weight);
    coverage += Coverage.of(slice);
  }

  /**
   * Says that no slice is to come; call when the last batch was taken.
   *
   * @throws IllegalStateException if the slices so far leave rows out
   */
  public void end() {
    Optional<String> missing = tiling.missing();
    if (missing.isPresent()) {
      throw new IllegalStateException(
          backfill + ": the plan leaves out " + missing.get() + "; please report it");
    }
  }

  /** Descriptors so far. */
  public long partitions() {
    return partitions;
  }

  /** Sum of the estimates so far, rows. */
  public long rows() {
    return rows;
  }

  /** Largest estimate so far, rows. */
  public long heaviest() {
    return heaviest;
  }

  /** Largest estimate over the mean so far; 1.0 is perfect, and where all are empty. */
  public double unevenness() {
    return rows == 0 ? 1.0 : (double) heaviest * partitions / rows;
  }

  /** Boundary sum so far: what the completed partitions must add up to. */
  public long coverage() {
    return coverage;
  }

  /** Weight of the fullest queue over the mean of those that can have any. */
  public double imbalance() {
    return allocator.imbalance();
  }
}
