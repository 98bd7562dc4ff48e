package io.tidemark.core.retry;

import io.tidemark.schemas.avro.FailureKind;

/**
 * What a partition has failed with since its cursor last moved, and which of it counts.
 *
 * <p>An attempt is spent where another one at the same partition may well end the same way. A
 * source or sink that is away or overloaded says nothing about the partition, so it costs none, but
 * only until {@link RetryPolicy#outageMs()} is over: what lasts longer must be seen. A connection
 * that breaks in mid-work may be an outage that begins, or what this very partition does to the
 * server; so the first one is free, and the next one counts.
 *
 * @param attempts failures that count
 * @param failures all failures in a row, for the length of the next wait
 * @param awaySinceMs when the first failure of an outage or overload came; {@link #NEVER}
 * @param broke whether a connection broke in mid-work and was free
 */
public record Tries(int attempts, int failures, long awaySinceMs, boolean broke) {

  private static final long NEVER = -1;

  /** Nothing has failed. */
  public static final Tries NONE = of(0);

  /** What a former owner reported. */
  public static Tries of(int attempts) {
    return new Tries(attempts, 0, NEVER, false);
  }

  /**
   * These and one more failure.
   *
   * @param kind its kind
   * @param working whether source and sink had both answered in this attempt
   * @param now milliseconds of a clock that does not jump, not negative
   */
  public Tries after(FailureKind kind, boolean working, long now, RetryPolicy retry) {
    return switch (kind) {
      case LOCAL -> free(awaySinceMs, broke);
      case OVERLOAD -> away(now, retry, false);
      case UNAVAILABLE -> working && broke ? counted() : away(now, retry, working);
      case TRANSIENT -> counted();
      case POISON, FATAL, UNKNOWN -> this;
    };
  }

  private Tries away(long now, RetryPolicy retry, boolean breaks) {
    long since = awaySinceMs == NEVER ? now : awaySinceMs;
    return now - since < retry.outageMs() ? free(since, broke || breaks) : counted();
  }

  private Tries free(long since, boolean nowBroke) {
    return new Tries(attempts, failures + 1, since, nowBroke);
  }

  private Tries counted() {
    return new Tries(attempts + 1, failures + 1, awaySinceMs, broke);
  }

  /** The partition is put down for a while: an outage is not measured by that. */
  public Tries rested() {
    return new Tries(attempts, failures, NEVER, broke);
  }

  /**
   * Whether the partition fails now.
   *
   * @param kind of the last failure
   */
  public boolean over(FailureKind kind, RetryPolicy retry) {
    return switch (kind) {
      case LOCAL, OVERLOAD, UNAVAILABLE, TRANSIENT -> attempts >= retry.attempts();
      case POISON, FATAL, UNKNOWN -> true;
    };
  }
}
