package io.tidemark.cli;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT and SIGTERM, as something a command can wait for: it gets the time to drain and report
 * before the process ends with 130.
 */
final class Interruption implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final int exitCode;
  private final Thread hook;

  /**
   * Listens from now on.
   *
   * @param exitCode the process's, if it was interrupted
   */
  Interruption(int exitCode) {
    this.exitCode = exitCode;
    this.hook = new Thread(this::interrupted, "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void interrupted() {
    asked.countDown();
    try {
      if (!done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        System.err.println(
            "tidemark: did not end within " + PATIENCE.toSeconds() + " s; ending now");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    System.out.flush();
    Runtime.getRuntime().halt(exitCode);
  }

  boolean asked() {
    return asked.getCount() == 0;
  }

  /** Waits at most so long; true if the process was asked to end. */
  boolean await(Duration atMost) throws InterruptedException {
    return asked.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits until the process is asked to end. */
  void await() throws InterruptedException {
    asked.await();
  }

  /** The command has cleaned up: the process may end. */
  @Override
  public void close() {
    done.countDown();
    if (!asked()) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // The signal came at this very moment: the hook finds that all is done.
      }
    }
  }
}
