package io.tidemark.core.ledger;

import io.tidemark.core.digest.Coverage;
import io.tidemark.core.lifecycle.RecordBounds;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Tally;
import java.util.ArrayList;
import java.util.List;

/**
 * Totals of a backfill over one queue. They are kept by difference (the changed entry's old share
 * out, its new share in) and sent absolute, so that a lost, repeated or late one does no harm.
 */
public final class Tallies {

  /** Domain of a digest that sums rows hashed in different forms: it compares with nothing. */
  public static final String MIXED = "mixed";

  private Tallies() {}

  /** A tally of nothing. */
  public static Tally empty(String backfill, String domain, int queue) {
    return Tally.newBuilder()
        .setBackfillId(backfill)
        .setDomain(domain)
        .setQueue(queue)
        .setPending(0)
        .setRunning(0)
        .setRetrying(0)
        .setCompleted(0)
        .setFailed(0)
        .setCancelled(0)
        .setRows(0)
        .setBytes(0)
        .setRowsEstimated(0)
        .setRowsEstimatedCompleted(0)
        .setDigest(new Digest("", 0L, 0L))
        .setCoverageKnown(0)
        .setCoverageCompleted(0)
        .setClaims(0)
        .setDrift(0)
        .setLastDrift("")
        .setUpdatedAt(0)
        .build();
  }

  /**
   * The tally after one entry changed.
   *
   * @param before the entry as it was counted, or null if it was not
   * @param after the entry as it is now
   */
  public static Tally changed(Tally tally, LedgerEntry before, LedgerEntry after) {
    Tally t = before == null ? tally : plus(tally, before, -1);
    return plus(t, after, +1);
  }

  /** The tally after a finding. */
  public static Tally drifted(Tally tally, Finding finding, long at) {
    return Tally.newBuilder(tally)
        .setDrift(tally.getDrift() + 1)
        .setLastDrift(RecordBounds.shortened(finding.toString()))
        .setUpdatedAt(Math.max(tally.getUpdatedAt(), at))
        .build();
  }

  private static Tally plus(Tally t, LedgerEntry e, int sign) {
    PartitionState state = e.getState();
    boolean completed = state == PartitionState.COMPLETED;
    long coverage = sign * Coverage.of(Slice.of(e.getDescriptor().getSlice()));
    long estimated = sign * e.getDescriptor().getRowsEstimated();
    Long started = sign > 0 ? earlier(t.getStartedAt(), e.getStartedAt()) : t.getStartedAt();
    return Tally.newBuilder()
        .setBackfillId(t.getBackfillId())
        .setDomain(t.getDomain())
        .setQueue(t.getQueue())
        .setPending(t.getPending() + one(state, PartitionState.PENDING, sign))
        .setRunning(t.getRunning() + one(state, PartitionState.RUNNING, sign))
        .setRetrying(t.getRetrying() + one(state, PartitionState.RETRYING, sign))
        .setCompleted(t.getCompleted() + one(state, PartitionState.COMPLETED, sign))
        .setFailed(t.getFailed() + one(state, PartitionState.FAILED, sign))
        .setCancelled(t.getCancelled() + one(state, PartitionState.CANCELLED, sign))
        .setRows(t.getRows() + sign * e.getRows())
        .setBytes(t.getBytes() + sign * e.getBytes())
        .setRowsEstimated(t.getRowsEstimated() + estimated)
        .setRowsEstimatedCompleted(t.getRowsEstimatedCompleted() + (completed ? estimated : 0))
        .setDigest(plus(t.getDigest(), e.getDigest(), sign))
        .setCoverageKnown(t.getCoverageKnown() + coverage)
        .setCoverageCompleted(t.getCoverageCompleted() + (completed ? coverage : 0))
        .setClaims(t.getClaims() + sign * Math.max(0L, e.getClaims() - 1L))
        .setDrift(t.getDrift())
        .setLastDrift(t.getLastDrift())
        .setStartedAt(started)
        .setUpdatedAt(Math.max(t.getUpdatedAt(), e.getUpdatedAt()))
        .setDeadLetters(t.getDeadLetters() + sign * e.getDeadLetters())
        .setPendingSizes(
            state == PartitionState.PENDING
                ? counted(t.getPendingSizes(), e.getDescriptor().getRowsEstimated(), sign)
                : t.getPendingSizes())
        .setOrderedAt(t.getOrderedAt())
        .setOrderedState(t.getOrderedState())
        .build();
  }

  /** The sizes with one more, or less, of about so many rows. */
  private static List<Long> counted(List<Long> sizes, long rows, int sign) {
    int size = size(rows);
    List<Long> next = new ArrayList<>(sizes);
    while (next.size() <= size) {
      next.add(0L);
    }
    next.set(size, next.get(size) + sign);
    while (!next.isEmpty() && next.getLast() == 0) {
      next.removeLast();
    }
    return next;
  }

  /** The power of two that a number of rows reaches, as an exponent. */
  private static int size(long rows) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(Math.max(1, rows));
  }

  /** Rows of the largest PENDING partition, to within a third; 0 if none is. */
  public static long largestPending(Tally t) {
    int largest = t.getPendingSizes().size() - 1;
    // Between 2^n and 2^(n+1) - 1: the middle of them.
    return largest < 0 ? 0 : (1L << largest) + (1L << largest) / 2;
  }

  /**
   * The tally once its ledger has carried out an order.
   *
   * @param found the entries that the order is about, as they were before
   */
  public static Tally ordered(Tally tally, Order order, List<LedgerEntry> found) {
    boolean one = order.getPartitionId() != null && !found.isEmpty();
    return Tally.newBuilder(tally)
        .setOrderedAt(order.getAt())
        .setOrderedState(one ? found.getFirst().getState() : null)
        .build();
  }

  /** Partitions that are not over yet. */
  public static long open(Tally t) {
    return t.getPending() + t.getRunning() + t.getRetrying();
  }

  private static int one(PartitionState state, PartitionState wanted, int sign) {
    return state == wanted ? sign : 0;
  }

  /** The sum of two digests; of different domains, it is {@link #MIXED}. */
  public static Digest plus(Digest a, Digest b) {
    return plus(a, b, 1);
  }

  private static Digest plus(Digest a, Digest b, int sign) {
    if (b.getRows() == 0 && b.getDomain().isEmpty()) {
      return a;
    }
    String domain =
        a.getDomain().isEmpty() || a.getDomain().equals(b.getDomain()) ? b.getDomain() : MIXED;
    return new Digest(domain, a.getRows() + sign * b.getRows(), a.getSum() + sign * b.getSum());
  }

  /** The earlier of two times; null means none. */
  public static Long earlier(Long a, Long b) {
    if (a == null || b == null) {
      return a == null ? b : a;
    }
    return Math.min(a, b);
  }
}
