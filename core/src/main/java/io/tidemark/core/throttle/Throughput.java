package io.tidemark.core.throttle;

import java.util.concurrent.TimeUnit;

/**
 * Rows per second lately: of the last full window, or of the one that runs while there is none yet.
 *
 * @param rowsPerS of the last full window; negative: there was none
 * @param rows in the window that runs
 * @param since when it began, nanoseconds of a clock that only runs forward
 */
public record Throughput(double rowsPerS, long rows, long since) {

  private static final long WINDOW = TimeUnit.SECONDS.toNanos(5);

  /** Nothing measured yet. */
  public static Throughput from(long now) {
    return new Throughput(-1, 0, now);
  }

  /** With rows that were committed now. */
  public Throughput plus(long more, long now) {
    long all = rows + more;
    return now - since < WINDOW
        ? new Throughput(rowsPerS, all, since)
        : new Throughput(rate(all, now), 0, now);
  }

  /**
   * Rows per second.
   *
   * @param unknown what to say before anything moved
   */
  public double orElse(double unknown, long now) {
    return rowsPerS > 0 ? rowsPerS : rows > 0 ? rate(rows, now) : unknown;
  }

  private double rate(long of, long now) {
    return of * (double) TimeUnit.SECONDS.toNanos(1) / Math.max(1, now - since);
  }
}
