package io.tidemark.reconciler.app;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Does something every half second, in a thread of its own: what it does may take long. */
final class Patrol implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Patrol.class);
  private static final int PAUSE_MS = 500;
  private static final int JOIN_MS = 10_000;

  /** One round; what is left undone, or fails, is done on the next. */
  @FunctionalInterface
  interface Round {
    void run() throws InterruptedException;
  }

  private final String what;
  private final Thread thread;

  private Patrol(String what, Round round) {
    this.what = what;
    thread =
        Thread.ofPlatform().daemon().name("tidemark-" + what).unstarted(() -> loop(what, round));
  }

  /**
   * Starts a patrol.
   *
   * @param what it does, for the thread's name and the log
   */
  static Patrol start(String what, Round round) {
    Patrol started = new Patrol(what, round);
    started.thread.start();
    return started;
  }

  private static void loop(String what, Round round) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          round.run();
        } catch (RuntimeException | Error e) {
          // Out of memory, say: whoever works on must be watched on.
          LOG.error("{}: next try in {} ms", what, PAUSE_MS, e);
        }
        TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
      }
    } catch (InterruptedException e) {
      // Closed: what was begun is done again after the next start.
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
    try {
      thread.join(JOIN_MS);
      if (thread.isAlive()) {
        LOG.warn("{} is still at work; that will be repeated after the next start", what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
