package io.tidemark.core.sim;

import java.util.List;

/**
 * One run of the real cores in a simulated world, told by its seed: faults for a while, then none,
 * and the invariants checked after every event.
 */
final class Simulation {

  /** How long the world may take to finish once nothing goes wrong any more, milliseconds. */
  private static final long PATIENCE_MS = 120_000;

  /**
   * How a run went.
   *
   * @param violation what was broken, or null
   * @param faults what was to go wrong
   * @param trace every event, if asked for
   * @param story how everything ended: the same for the same seed
   */
  record Outcome(
      long seed,
      long events,
      long tookMs,
      Violation violation,
      Faults faults,
      List<String> trace,
      String story) {}

  private Simulation() {}

  /** Runs a seed. */
  static Outcome run(long seed, Mutation mutation, boolean tracing) {
    return run(seed, mutation, tracing, Faults.Omitted.NOTHING);
  }

  /** Runs a seed without some of its faults. */
  static Outcome run(long seed, Mutation mutation, boolean tracing, Faults.Omitted omitted) {
    Scheduler scheduler = new Scheduler(seed, tracing);
    World world = new World(seed, scheduler, mutation, omitted);
    Violation violation = null;
    try {
      live(world);
      world.invariants().checkAtRest();
    } catch (Violation v) {
      violation = v;
    } catch (RuntimeException e) {
      violation = new Violation(Invariant.CONTRACT, e.toString());
      violation.initCause(e);
    }
    return new Outcome(
        seed,
        scheduler.events(),
        scheduler.elapsed(),
        violation,
        world.faults(),
        scheduler.trace(),
        world.reconciler().ledger() + " " + world.reconciler().progress());
  }

  private static void live(World world) {
    Scheduler scheduler = world.scheduler();
    long rest = 2L * world.setup().checkpointMs() + 1_000;
    long since = -1;
    while (since < 0 || scheduler.elapsed() - since < rest) {
      if (!scheduler.step()) {
        throw new Violation(Invariant.LIVENESS, "nothing is due any more");
      }
      world.invariants().check();
      boolean done = world.faults().over() && world.invariants().ended() && world.atRest();
      since = done ? (since < 0 ? scheduler.elapsed() : since) : -1;
      if (scheduler.elapsed() > world.setup().faultyMs() + PATIENCE_MS) {
        throw new Violation(
            Invariant.LIVENESS, "not done in time: " + world.reconciler().progress().values());
      }
    }
  }
}
