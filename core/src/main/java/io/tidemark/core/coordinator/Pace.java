package io.tidemark.core.coordinator;

/**
 * How fast a backfill goes: an exponentially weighted mean of the observed rate and of its
 * deviation, both with the same time constant. While less than that has been observed, the mean is
 * the plain one: the first moments, slow as they are, weigh no more than they lasted.
 *
 * @param at time of the last observation, milliseconds since the epoch; 0 before the first
 * @param rows rows at that time
 * @param mean rows per second
 * @param deviation mean absolute deviation, rows per second
 * @param seconds how long was observed, in all
 * @param last the newest observation, rows per second: while a backfill gets going or changes its
 *     partitions' size, the mean runs after it
 */
record Pace(long at, long rows, double mean, double deviation, double seconds, double last) {

  /** Time constant of the mean, in seconds. */
  private static final double TAU_S = 10;

  /** The first observation spans at least this, so that something is known soon, milliseconds. */
  private static final long FIRST_STEP_MS = 500;

  /**
   * Every later one spans at least this, milliseconds: several chunks and reports of each lane.
   * Rows come in bursts, one for each chunk; between shorter steps the bursts would be taken for a
   * rate that changes, and the deviation would tell of the size of chunks, not of the pace.
   */
  private static final long STEP_MS = 4_000;

  /** What may be gained yet by a backfill that has just begun, as a share of its mean. */
  private static final double YOUNG = 0.5;

  /** A mean below this, rows per second, has faded away: it is none. */
  private static final double FADED = 0.05;

  /** From this share of a limit on, it is the limit that it lacks, and not lanes. */
  private static final double BOUND = 0.8;

  static final Pace NONE = new Pace(0, 0, 0, 0, 0, 0);

  /** The estimate after {@code rowsNow} rows at {@code now}. */
  Pace observed(long now, long rowsNow) {
    if (at == 0 || rowsNow < rows || now < at) {
      return new Pace(now, rowsNow, mean, deviation, seconds, last);
    }
    if (now - at < (mean == 0 ? FIRST_STEP_MS : STEP_MS)) {
      return this;
    }
    double step = (now - at) / 1000.0;
    double rate = (rowsNow - rows) / step;
    if (mean == 0) {
      return new Pace(now, rowsNow, rate, rate / 2, step, rate);
    }
    double span = seconds + step;
    double weight = 1 - Math.exp(-step / TAU_S);
    double nextMean = mean + Math.max(weight, step / span) * (rate - mean);
    double nextDeviation = deviation + weight * (Math.abs(rate - nextMean) - deviation);
    return new Pace(now, rowsNow, nextMean, nextDeviation, span, rate);
  }

  /**
   * The fast end of what was observed, rows per second. What began not long ago may well have its
   * slow beginning in it still.
   */
  double fast() {
    double young = YOUNG * mean * TAU_S / (TAU_S + seconds);
    return Math.max(mean + deviation, last) + young;
  }

  /** The slow end of what was observed, rows per second. */
  double slow() {
    return Math.min(mean - deviation, last);
  }

  /** Whether a rate is known. */
  boolean known() {
    return mean >= FADED;
  }

  /** Whether something that moves so fast is held back by a limit, both rows per second. */
  static boolean bound(double rowsPerS, double limit) {
    return rowsPerS >= BOUND * limit;
  }

  /** The mean for people, to a tenth of a row per second; 0 while none is known. */
  double shown() {
    return known() ? Math.round(mean * 10) / 10.0 : 0;
  }
}
