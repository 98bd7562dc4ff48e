package io.tidemark.worker.flow;

import io.tidemark.core.throttle.RateLimit;
import io.tidemark.core.throttle.Throughput;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * How fast one backfill may move at this worker: where its lanes wait for their turns. What others
 * decide takes effect at once, for lanes that wait as well. Thread-safe.
 */
final class Throttle {

  /** What a backfill is taken to move, rows per second, that must be slowed before it moved. */
  private static final double UNKNOWN = 1_000;

  /**
   * Leave to move one chunk.
   *
   * @param rows at most
   * @param rowsPerS the rate at that time
   */
  record Turn(int rows, double rowsPerS) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private RateLimit limit = RateLimit.none(System.nanoTime());
  private Throughput usual = Throughput.from(System.nanoTime());
  private double share = Double.POSITIVE_INFINITY;
  private double factor = 1;
  private int lanes;
  private long chunks;
  private long chunkNanos;

  /** Takes this worker's share, rows per second; infinite: no limit. */
  void share(double rowsPerS) {
    change(() -> share = rowsPerS);
  }

  /** Takes what health probes leave of the usual speed, 0 to 1. */
  void factor(double left) {
    change(() -> factor = left);
  }

  /** One more lane, or one less, is at it. */
  void lanes(int difference) {
    change(() -> lanes += difference);
  }

  /** Whether a lane is at it. */
  boolean inUse() {
    lock.lock();
    try {
      return lanes > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Lets lanes that wait see whether they are over. */
  void wake() {
    change(() -> {});
  }

  private void change(Runnable what) {
    lock.lock();
    try {
      what.run();
      long now = System.nanoTime();
      limit = limit.at(rate(), now);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Slowed down, it is measured by what it moved before. */
  private double rate() {
    return factor == 1 ? share : factor * Math.min(share, usual.orElse(UNKNOWN));
  }

  /**
   * Waits for leave to move a chunk.
   *
   * @param over whether the lane is to end instead; {@link #wake} when that changes
   * @return empty if it is to end, or no leave came in that time
   */
  Optional<Turn> await(BooleanSupplier over, Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long deadline = System.nanoTime() + atMost.toNanos();
      while (!over.getAsBoolean()) {
        long now = System.nanoTime();
        long wait = limit.waitNanos(now);
        if (wait == 0) {
          return Optional.of(new Turn(limit.chunkRows(lanes), limit.rowsPerS()));
        }
        if (now >= deadline) {
          return Optional.empty();
        }
        long unused = changed.awaitNanos(Math.min(wait, deadline - now));
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /**
   * A chunk was committed.
   *
   * @param nanos that it took
   */
  void moved(Turn turn, long rows, long nanos) {
    lock.lock();
    try {
      long now = System.nanoTime();
      limit = limit.charged(rows, turn.rowsPerS(), now);
      if (factor == 1) {
        usual = usual.plus(rows, nanos, now);
      }
      chunks++;
      chunkNanos += nanos;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** What a chunk took on average since this was asked last, seconds; 0: there was none. */
  double chunkSeconds() {
    lock.lock();
    try {
      double mean = chunks == 0 ? 0 : (double) chunkNanos / chunks / TimeUnit.SECONDS.toNanos(1);
      chunks = 0;
      chunkNanos = 0;
      return mean;
    } finally {
      lock.unlock();
    }
  }
}
