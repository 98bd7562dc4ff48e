package io.tidemark.core.worker;

/**
 * Makes a time that never goes back out of a wall clock that may jump: while the clock is set back
 * it stands still. A jump ahead goes through, which only lets things fall due early. Waits are
 * measured with this, so that no jump makes one endless.
 */
final class SteadyTime {

  private long lastWallMs;
  private long steadyMs;

  /**
   * The time now.
   *
   * @param wallMs what the wall clock says, milliseconds since the epoch
   * @return milliseconds, since nothing in particular
   */
  long at(long wallMs) {
    steadyMs += Math.max(0, wallMs - lastWallMs);
    lastWallMs = wallMs;
    return steadyMs;
  }
}
