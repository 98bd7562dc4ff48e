package io.tidemark.schemas;

import java.util.Random;
import java.util.random.RandomGenerator;

/** Chance that can be replayed: pass the printed seed as {@code -Dtidemark.seed=N}. */
public final class Fuzz {

  private Fuzz() {}

  /** Random numbers from the given or a fresh seed, which is printed. */
  public static RandomGenerator random(String test) {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.printf("%s: -Dtidemark.seed=%d%n", test, seed);
    return new Random(seed);
  }
}
