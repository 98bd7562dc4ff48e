package io.tidemark.cli;

import io.tidemark.worker.app.WorkerConfig;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * SIGINT and SIGTERM, as something a command can wait for: it gets the time to drain and report
 * before the process ends with 130.
 */
public final class Interruption implements AutoCloseable {

  /** What a command may take to end, where it has no lanes to drain. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final CountDownLatch asked = new CountDownLatch(1);
  private final CountDownLatch done = new CountDownLatch(1);
  private final int exitCode;
  private final Duration patience;
  private final Thread hook;

  /**
   * Listens from now on.
   *
   * @param exitCode the process's, if it was interrupted and the command ended in time
   */
  Interruption(int exitCode) {
    this(exitCode, PATIENCE);
  }

  /** As the other one, for a command whose lanes may take so long to drain, and it after them. */
  static Interruption draining(int exitCode, WorkerConfig config) {
    return new Interruption(
        exitCode, PATIENCE.plusMillis(config.getLong(WorkerConfig.DRAIN_TIMEOUT_MS)));
  }

  /**
   * @param patience how long the command may take to end; then the process ends with 130
   */
  Interruption(int exitCode, Duration patience) {
    this.exitCode = exitCode;
    this.patience = patience;
    this.hook = new Thread(this::interrupted, "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void interrupted() {
    asked.countDown();
    boolean ended = false;
    try {
      ended = done.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      System.err.println(
          "tidemark: did not end within " + patience.toSeconds() + " s; ending now, unfinished");
    }
    System.out.flush();
    Runtime.getRuntime().halt(ended ? exitCode : ExitCode.INTERRUPTED);
  }

  /** Whether the process was asked to end. */
  public boolean asked() {
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
