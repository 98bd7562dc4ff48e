package io.tidemark.core.coordinator;

/**
 * What a backfill could use of a limit that it shares with others, as far as it shows. One that
 * uses what it may is taken to want any amount; one that leaves some of it wants what it uses and a
 * quarter as much again, so that it can show when it wants more. It is believed slowly that it
 * wants less, and at once that it wants more.
 *
 * @param since when the window that runs began, milliseconds since the epoch; 0: there is none
 * @param rows moved until then, a count
 * @param least the least that it might move in the window, rows per second
 * @param rowsPerS what it wants; infinite: as much as it gets
 */
record Demand(long since, long rows, double least, double rowsPerS) {

  /** Checkpoints come once a second: in less time chance tells. */
  private static final long WINDOW_MS = 5_000;

  /** Who uses this share of what it may is held back by it. */
  private static final double USED = 0.95;

  /**
   * What one that is not held back may have, over what it uses. More would leave more of a budget
   * unused: a tenth at most, of two that share one evenly. With less, a checkpoint more or less in
   * a window of one worker, a fifth of its rows, would look like one that is held back.
   */
  private static final double ROOM = 1.25;

  /** A change by less than this share is none: workers need not hear of it. */
  private static final double SAME = 0.05;

  /** Of one that has not shown anything. */
  static final Demand UNKNOWN = new Demand(0, 0, 0, Double.POSITIVE_INFINITY);

  /**
   * The demand after a look.
   *
   * @param rowsNow moved so far, a count
   * @param allowed what it might move until now, rows per second; infinite: no limit
   */
  Demand observed(long now, long rowsNow, double allowed) {
    if (since == 0 || rowsNow < rows || now < since) {
      return new Demand(now, rowsNow, allowed, rowsPerS);
    }
    double lowest = Math.min(least, allowed);
    if (now - since < WINDOW_MS) {
      return new Demand(since, rows, lowest, rowsPerS);
    }
    double used = 1_000.0 * (rowsNow - rows) / (now - since);
    boolean heldBack = used >= USED * lowest;
    double next = heldBack ? Double.POSITIVE_INFINITY : believed(ROOM * used, lowest);
    return new Demand(now, rowsNow, allowed, next);
  }

  private double believed(double wanted, double lowest) {
    double before = Math.min(rowsPerS, lowest);
    if (wanted >= before || before == Double.POSITIVE_INFINITY) {
      return wanted;
    }
    double next = (before + wanted) / 2;
    return rowsPerS - next < SAME * rowsPerS ? rowsPerS : next;
  }
}
