package io.tidemark.core.throttle;

import java.util.concurrent.TimeUnit;

/**
 * How fast rows may move: says how long to wait, and never waits. Rows are paid for afterwards: a
 * chunk starts when all before it are paid for, and its rows put off the next one by the time that
 * they take at this rate. So a limit is kept exactly, however large chunks turn out to be; what was
 * not used is lost, but for a moment's worth.
 *
 * @param rowsPerS rows per second; infinite: no limit; 0: nothing may move
 * @param paidAt when all rows so far are paid for, nanoseconds of a clock that only runs forward
 */
public record RateLimit(double rowsPerS, long paidAt) {

  /** A wait that only a change of the rate ends. */
  public static final long FOREVER = Long.MAX_VALUE;

  /** What may be made up for after lanes were busy otherwise. */
  private static final long BURST = TimeUnit.MILLISECONDS.toNanos(250);

  /** So much may chunks of all lanes put together hold: it moves smoothly then. */
  private static final double CHUNKS_S = 0.5;

  /** What was done before a rate fell delays nobody for longer than this, if it did not before. */
  private static final long CARRIED = TimeUnit.SECONDS.toNanos(1);

  public RateLimit {
    if (!(rowsPerS >= 0)) {
      throw new IllegalArgumentException("a rate of " + rowsPerS + " rows/s");
    }
  }

  /** No limit. */
  public static RateLimit none(long now) {
    return new RateLimit(Double.POSITIVE_INFINITY, now);
  }

  public boolean limited() {
    return rowsPerS != Double.POSITIVE_INFINITY;
  }

  /** The limit at another rate: what is not paid for yet is paid for at that. */
  public RateLimit at(double rate, long now) {
    if (rate == rowsPerS) {
      return this;
    }
    long left = Math.max(0, paidAt - now);
    boolean measurable = limited() && rowsPerS > 0 && rate > 0;
    long scaled = measurable ? (long) (left * rowsPerS / rate) : left;
    return new RateLimit(rate, now + Math.min(scaled, Math.max(left, CARRIED)));
  }

  /** How long the next chunk must wait, nanoseconds; 0: it may start; {@link #FOREVER}. */
  public long waitNanos(long now) {
    return rowsPerS == 0 ? FOREVER : limited() ? Math.max(0, paidAt - now) : 0;
  }

  /**
   * How many rows a chunk may ask for, at least 1.
   *
   * @param lanes that share the limit
   */
  public int chunkRows(int lanes) {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, rowsPerS * CHUNKS_S / Math.max(1, lanes)));
  }

  /**
   * How long each of the lanes waits at most for its turn to come round, milliseconds; infinite if
   * nothing may move.
   *
   * @param lanes that share the limit, at least 1
   */
  public double roundMs(int lanes) {
    return 1_000.0 * lanes * chunkRows(lanes) / rowsPerS;
  }

  /**
   * The limit after a chunk.
   *
   * @param rows that it held
   * @param rate at which it started: what was allowed then is not held against it now
   */
  public RateLimit charged(long rows, double rate, long now) {
    if (rate == Double.POSITIVE_INFINITY || rate == 0) {
      return this;
    }
    long cost = (long) (rows / rate * TimeUnit.SECONDS.toNanos(1));
    return new RateLimit(rowsPerS, Math.max(paidAt, now - BURST) + cost);
  }
}
