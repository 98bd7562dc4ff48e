package io.tidemark.core.throttle;

/**
 * How much of the usual speed a health probe leaves. It brakes at once and lets go step by step, so
 * that a source or sink that has just recovered is not hit with all there is; and one that was
 * stopped goes on only when the probe is clearly below its limit again, so that it does not stop
 * and go around the limit.
 *
 * @param factor from 0 (nothing may start) to 1 (nothing to slow down)
 */
public record Brake(double factor) {

  /** Off. */
  public static final Brake OFF = new Brake(1);

  /** Share of the limit up to which nothing happens. */
  private static final double EASY = 0.8;

  /** Share of the limit below which it goes on after a stop. */
  private static final double RELEASED = 0.9;

  /** What is left right below the limit. */
  private static final double FLOOR = 0.1;

  /** What one look may give back. */
  private static final double STEP = 0.15;

  public Brake {
    if (!(factor >= 0 && factor <= 1)) {
      throw new IllegalArgumentException("a factor of " + factor);
    }
  }

  /**
   * After a look.
   *
   * @param value what the probe measured; NaN: it failed, which changes nothing
   * @param limit what it may measure at most
   */
  public Brake after(double value, double limit) {
    if (Double.isNaN(value)) {
      return this; // what is overloaded may well fail to answer: nothing is known to be better
    }
    double wanted = wanted(value, limit);
    boolean stays = factor == 0 && value > RELEASED * limit;
    return stays ? this : new Brake(Math.min(wanted, factor + STEP));
  }

  private static double wanted(double value, double limit) {
    if (value <= EASY * limit) {
      return 1;
    }
    if (value > limit) {
      return 0;
    }
    double over = (value - EASY * limit) / ((1 - EASY) * limit);
    return 1 - over * (1 - FLOOR);
  }

  /** Whether nothing may start. */
  public boolean holds() {
    return factor == 0;
  }
}
