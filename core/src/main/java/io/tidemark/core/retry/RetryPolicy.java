package io.tidemark.core.retry;

import java.util.random.RandomGenerator;

/**
 * How often, and how long apart, a failing partition is tried again: exponential backoff with full
 * jitter.
 *
 * @param attempts failures without cursor progress that end in FAILED, at least 1
 * @param initialMs upper bound of the first delay, milliseconds
 * @param maxMs upper bound of any delay, milliseconds
 * @param outageMs how long a source or sink that is away or overloaded costs no attempt,
 *     milliseconds
 * @see <a href="https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/">full
 *     jitter</a>
 */
public record RetryPolicy(int attempts, long initialMs, long maxMs, long outageMs) {

  public RetryPolicy {
    if (attempts < 1 || initialMs < 1 || maxMs < initialMs || outageMs < 0) {
      throw new IllegalArgumentException(
          "attempts %d, initial %d ms, max %d ms, outage %d ms"
              .formatted(attempts, initialMs, maxMs, outageMs));
    }
  }

  /**
   * Milliseconds to wait after the given number of failures in a row, between 1 and the bound of
   * that number.
   */
  public long delayMs(int failures, RandomGenerator chance) {
    int doublings = Math.min(Math.max(failures, 1) - 1, 40);
    long bound =
        doublings >= 62 - Long.numberOfTrailingZeros(Long.highestOneBit(initialMs))
            ? maxMs
            : Math.min(maxMs, initialMs << doublings);
    return 1 + chance.nextLong(bound);
  }
}
