package io.tidemark.core.worker;

/**
 * How many partitions to claim beyond the lanes: none while partitions take long, so that nothing
 * is held that nobody works on; a quarter second's worth of them when they are tiny, so that lanes
 * never wait for a commit.
 */
final class ClaimAhead {

  private static final long WINDOW_MS = 1000;
  private static final int MAX = 1024;

  private long windowStart;
  private int inWindow;
  private int inLastWindow;

  void completed(long now) {
    roll(now);
    inWindow++;
  }

  int extra(long now) {
    roll(now);
    return Math.min(MAX, Math.max(inWindow, inLastWindow) / 4);
  }

  private void roll(long now) {
    if (now - windowStart >= WINDOW_MS) {
      inLastWindow = now - windowStart < 2 * WINDOW_MS ? inWindow : 0;
      inWindow = 0;
      windowStart = now;
    }
  }
}
