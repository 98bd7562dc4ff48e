package io.tidemark.bench.run;

import java.util.Optional;

/** One way to do what a suite measures. */
public interface Contender {

  /** What the table calls it. */
  String name();

  /** Why it cannot run on this machine, if it cannot. */
  default Optional<String> missing() {
    return Optional.empty();
  }

  /** Brings about the state that every run starts from; not timed. */
  void prepare() throws Exception;

  /** Does it once, timed. */
  Outcome run() throws Exception;

  /**
   * Checks what the run left behind; not timed.
   *
   * @throws IllegalStateException if it is wrong: then the run counts for nothing
   */
  void check(Outcome outcome) throws Exception;
}
