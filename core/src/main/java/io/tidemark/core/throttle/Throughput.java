package io.tidemark.core.throttle;

import java.util.concurrent.TimeUnit;

/**
 * Rows per second lately: of the last full window, or of the one that runs while there is none yet.
 * Only time in which something moved counts, with the short waits between chunks that a limit
 * makes: a pause, a hold or a time without work says nothing of how fast it moves.
 *
 * @param rowsPerS of the last full window; negative: there was none
 * @param rows in the window that runs
 * @param busy time that the window has, nanoseconds
 * @param last when rows were committed last, nanoseconds of a clock that only runs forward
 */
public record Throughput(double rowsPerS, long rows, long busy, long last) {

  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private static final long WINDOW = 5 * SECOND;

  /** A longer silence is no wait between two chunks. */
  private static final long BREAK = SECOND;

  /** What less time than this shows may be chance, and is spread over as much. */
  private static final long LEAST = SECOND;

  /** Nothing measured yet. */
  public static Throughput from(long now) {
    return new Throughput(-1, 0, 0, now);
  }

  /**
   * With rows that were committed now.
   *
   * @param took how long that chunk took, nanoseconds
   */
  public Throughput plus(long more, long took, long now) {
    long since = now - last;
    long time = busy + (since - took > BREAK ? took : since);
    long all = rows + more;
    return time < WINDOW
        ? new Throughput(rowsPerS, all, time, now)
        : new Throughput(rate(all, time), 0, 0, now);
  }

  /**
   * Rows per second.
   *
   * @param unknown what to say before anything moved
   */
  public double orElse(double unknown) {
    return rowsPerS > 0 ? rowsPerS : rows > 0 ? rate(rows, Math.max(LEAST, busy)) : unknown;
  }

  private static double rate(long of, long nanos) {
    return of * (double) SECOND / nanos;
  }
}
