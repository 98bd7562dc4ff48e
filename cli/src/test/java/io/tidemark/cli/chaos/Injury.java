package io.tidemark.cli.chaos;

import java.time.Duration;

/**
 * A fault that was injected.
 *
 * @param what what was done to whom, for people
 * @param hurts whose progress tells that it is over
 * @param lasts how long until it is mended
 * @param mend ends it; does nothing where the fault mends itself
 */
record Injury(String what, Hurts hurts, Duration lasts, Mend mend) {

  /** Whose progress a fault stops. */
  sealed interface Hurts {

    /**
     * One worker's partitions.
     *
     * @param id the worker's
     * @param losesChunks whether its chunks in flight are rolled back
     */
    record Worker(String id, boolean losesChunks) implements Hurts {}

    /**
     * Whatever is in hand anywhere.
     *
     * @param losesChunks whether the chunks in flight are rolled back
     */
    record All(boolean losesChunks) implements Hurts {}

    /**
     * What is in hand of some backfills.
     *
     * @param prefix what their names begin with
     */
    record Backfills(String prefix) implements Hurts {}

    /** What the reconciler reports. */
    record Reconciler() implements Hurts {}
  }

  /** What ends a fault. */
  @FunctionalInterface
  interface Mend {
    void now() throws Exception;
  }
}
