package io.tidemark.cli.chaos;

import java.util.Optional;
import java.util.SplittableRandom;

/**
 * A kind of fault.
 *
 * @param name for people
 * @param strike injects it, if there is now anything to strike
 */
record Fault(String name, Strike strike) {

  /** Injects a fault. */
  @FunctionalInterface
  interface Strike {
    /** Empty if there is nothing to strike now. */
    Optional<Injury> at(SplittableRandom chance) throws Exception;
  }
}
