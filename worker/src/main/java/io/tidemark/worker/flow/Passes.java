package io.tidemark.worker.flow;

import java.util.concurrent.Semaphore;

/** Where a lane waits until the loop lets it pass a row, or it is to end. */
final class Passes {

  private final Semaphore given = new Semaphore(0);
  private volatile boolean over;

  /** Lets the lane pass one row. */
  void give() {
    given.release();
  }

  /** Nobody is to wait any more. */
  void wake() {
    over = true;
    given.release();
  }

  /** Waits; false if it is to end instead. */
  boolean await() throws InterruptedException {
    given.acquire();
    return !over;
  }
}
