package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.RunningPartition;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How long a backfill still takes, as an interval that knows its stragglers.
 *
 * <p>With L lanes, W the time that all remaining work would take if it could be spread evenly, and
 * C the time that the longest single piece takes on one lane, no order of work ends before max(W,
 * C), and any order that leaves no lane idle ends by W + C · (1 − 1/L) (R. L. Graham, Bounds on
 * Multiprocessing Timing Anomalies, 1969). The interval is these two, with W and C taken at the
 * fast and the slow end of what has been observed, and what comes behind the last row added.
 *
 * @param lowMs optimistic, milliseconds
 * @param highMs pessimistic, milliseconds
 * @param critical the running partition that needs longest, and how long, milliseconds
 */
record Forecast(long lowMs, long highMs, Optional<Critical> critical) {

  /**
   * @param ms milliseconds that it still needs
   */
  record Critical(String partition, long ms) {}

  /** A lane that is left alone on the machine may be so much faster. */
  private static final double ALONE = 1.8;

  /** The future is never known better than this, as a share of the pace: to the fast side, */
  private static final double DOUBT = 0.1;

  /** and to the slow side, where most surprises are. */
  private static final double DOUBT_SLOW = 0.2;

  /**
   * A partition's own rate is half believed once it has been seen so long, milliseconds: its first
   * chunk is small, and tells of what it takes to begin.
   */
  private static final double HALF_BELIEVED_MS = 5_000;

  /** Beyond the last row it takes so long, at most, until it is told and proved, milliseconds. */
  private static final long SETTLE_MS = 2_000;

  /** The slow end is never below this share of the mean rate. */
  private static final double SLOWEST = 0.25;

  /**
   * Looks ahead.
   *
   * @param remaining rows that are left, all of them, at least 1
   * @param pace of the backfill; known
   * @param running partitions that run, as far as workers have told
   * @param largestPending rows of the largest partition that nobody has claimed yet; 0: none
   * @param limit rows per second that it may move
   */
  static Forecast of(
      long remaining,
      Pace pace,
      List<RunningPartition> running,
      long largestPending,
      OptionalDouble limit) {
    int lanes = Math.max(1, running.size());
    double fast = pace.fast() + DOUBT * pace.mean();
    double slow = Math.max(pace.slow() - DOUBT_SLOW * pace.mean(), SLOWEST * pace.mean());
    Optional<Critical> critical =
        running.stream()
            .map(
                p ->
                    new Critical(
                        p.getPartitionId(),
                        Math.round(ms(p.getRowsRemaining(), rate(p, pace, lanes)))))
            .max(Comparator.comparingLong(Critical::ms));
    // What waits begins when a lane is free, and then goes as fast as a lane usually does.
    double waiting = ms(largestPending, pace.mean() / lanes);
    double longest = Math.max((double) critical.map(Critical::ms).orElse(0L), waiting);
    double fastest = longest / (lanes > 1 ? ALONE : 1 + DOUBT);
    // Where a limit holds all lanes back, one that is left alone has the whole limit.
    boolean bound = limit.isPresent() && Pace.bound(pace.mean(), limit.getAsDouble());
    double low = bound ? ms(remaining, fast) : Math.max(ms(remaining, fast), fastest);
    double tail = longest * (pace.mean() / slow) * (1 - 1.0 / lanes);
    double high = Math.max(ms(remaining, slow) + tail, longest * (pace.mean() / slow));
    return new Forecast(
        Math.round(low), Math.round(high) + SETTLE_MS, critical.filter(c -> c.ms() > 0));
  }

  /** Of a partition, from what it showed and what a lane usually does. */
  private static double rate(RunningPartition p, Pace pace, int lanes) {
    double usual = pace.mean() / lanes;
    if (p.getRowsPerS() <= 0) {
      return usual;
    }
    double seen = Math.max(0, p.getAdvancedAt() - p.getStartedAt());
    double believed = seen / (seen + HALF_BELIEVED_MS);
    return believed * p.getRowsPerS() + (1 - believed) * usual;
  }

  private static double ms(long rows, double rate) {
    return rows * 1000.0 / rate;
  }
}
