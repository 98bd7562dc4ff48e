package io.tidemark.reconciler.app;

import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a {@link Finisher} every half second, in a thread of its own: a sink may take long. */
final class FinisherThread implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(FinisherThread.class);
  private static final int PAUSE_MS = 500;
  private static final int JOIN_MS = 10_000;

  private final Thread thread;

  private FinisherThread(Finisher finisher) {
    thread = Thread.ofPlatform().daemon().name("tidemark-finisher").unstarted(() -> loop(finisher));
  }

  static FinisherThread start(Finisher finisher) {
    FinisherThread started = new FinisherThread(finisher);
    started.thread.start();
    return started;
  }

  private static void loop(Finisher finisher) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        try {
          finisher.run();
        } catch (RuntimeException e) {
          LOG.error("looking for sinks to seal; next try in {} ms", PAUSE_MS, e);
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
        LOG.warn("a sink is still being sealed; that will be repeated after the next start");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
