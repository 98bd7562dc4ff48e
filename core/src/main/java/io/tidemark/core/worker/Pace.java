package io.tidemark.core.worker;

/**
 * How a partition gets on at this worker.
 *
 * @param startedAt when it was claimed here, milliseconds since the epoch
 * @param advancedAt when its cursor moved last; its start if it never did
 * @param rowsPerS smoothed rows per second; 0 while unknown
 */
record Pace(long startedAt, long advancedAt, double rowsPerS) {

  /** A change of speed is half taken in after so long. */
  private static final double HALF_LIFE_MS = 10_000;

  static Pace starting(long now) {
    return new Pace(now, now, 0);
  }

  /** After a chunk of so many rows. */
  Pace after(long rows, long now) {
    long ms = Math.max(1, now - advancedAt);
    double rate = rows * 1_000.0 / ms;
    double old = rowsPerS == 0 ? 0 : Math.pow(0.5, ms / HALF_LIFE_MS);
    return new Pace(startedAt, Math.max(now, advancedAt), old * rowsPerS + (1 - old) * rate);
  }
}
