package io.tidemark.core.coordinator;

import java.util.OptionalDouble;

/**
 * Throughput and time left of one backfill: an exponentially weighted mean of the observed rate and
 * of its deviation, both with the same time constant.
 *
 * @param at time of the last observation, milliseconds since the epoch; 0 before the first
 * @param rows rows at that time
 * @param mean rows per second
 * @param deviation mean absolute deviation, rows per second
 */
record Eta(long at, long rows, double mean, double deviation) {

  /** Time constant of the mean, in seconds. */
  private static final double TAU_S = 10;

  /** Observations closer together than this are folded into the next, milliseconds. */
  private static final long MIN_STEP_MS = 500;

  /** A mean below this, rows per second, has faded away: it is none. */
  private static final double FADED = 0.05;

  static final Eta NONE = new Eta(0, 0, 0, 0);

  /** The estimate after {@code rowsNow} rows at {@code now}. */
  Eta observed(long now, long rowsNow) {
    if (at == 0 || rowsNow < rows || now < at) {
      return new Eta(now, rowsNow, mean, deviation);
    }
    if (now - at < MIN_STEP_MS) {
      return this;
    }
    double seconds = (now - at) / 1000.0;
    double rate = (rowsNow - rows) / seconds;
    if (mean == 0) {
      return new Eta(now, rowsNow, rate, rate / 2);
    }
    double weight = 1 - Math.exp(-seconds / TAU_S);
    double nextMean = mean + weight * (rate - mean);
    double nextDeviation = deviation + weight * (Math.abs(rate - nextMean) - deviation);
    return new Eta(now, rowsNow, nextMean, nextDeviation);
  }

  /** The mean for people, to a tenth of a row per second; 0 while none is known. */
  double shown() {
    return mean < FADED ? 0 : Math.round(mean * 10) / 10.0;
  }

  /** Optimistic milliseconds for {@code remaining} rows; empty while no rate is known. */
  OptionalDouble lowMs(long remaining) {
    return mean < FADED
        ? OptionalDouble.empty()
        : OptionalDouble.of(ms(remaining, mean + deviation));
  }

  /** Pessimistic milliseconds; the slow end is never below a tenth of the mean rate. */
  OptionalDouble highMs(long remaining) {
    return mean < FADED
        ? OptionalDouble.empty()
        : OptionalDouble.of(ms(remaining, Math.max(mean - deviation, mean / 10)));
  }

  private static double ms(long remaining, double rate) {
    return remaining * 1000.0 / rate;
  }
}
