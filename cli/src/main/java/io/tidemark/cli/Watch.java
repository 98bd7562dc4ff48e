package io.tidemark.cli;

import io.tidemark.schemas.avro.Progress;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** Waits for a backfill to end, showing how it goes. */
final class Watch {

  private static final Duration LOOK = Duration.ofMillis(100);

  private Watch() {}

  /**
   * Waits until the backfill is over, the process is to end, the time is up, or something else
   * stops the wait.
   *
   * @return its last progress, if there is any
   */
  static Optional<Progress> untilOver(
      ProgressFeed feed,
      String backfill,
      Interruption interruption,
      Duration timeout,
      BooleanSupplier stopped)
      throws InterruptedException {
    ProgressBar bar = new ProgressBar();
    long deadline = System.nanoTime() + timeout.toNanos();
    try {
      while (true) {
        Optional<Progress> p = feed.of(backfill);
        p.ifPresent(bar::show);
        boolean over = p.isPresent() && ProgressFeed.ended(p.get());
        if (over
            || stopped.getAsBoolean()
            || System.nanoTime() - deadline >= 0
            || interruption.await(LOOK)) {
          return p;
        }
      }
    } finally {
      bar.end();
    }
  }
}
