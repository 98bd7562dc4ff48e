package io.tidemark.core.sim;

import io.tidemark.core.sim.Faults.Condition;
import io.tidemark.core.sim.Faults.Omitted;
import io.tidemark.core.sim.Faults.Planned;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Finds a short story that breaks the same invariant as a long one, by leaving out faults: halves
 * of them first, then ever smaller parts (delta debugging; Zeller and Hildebrandt, 2002).
 */
final class Shrinker {

  /** Most runs that it takes. */
  private static final int BUDGET = 400;

  private final long seed;
  private final Mutation mutation;
  private final Invariant broken;
  private int runs;

  private Shrinker(long seed, Mutation mutation, Invariant broken) {
    this.seed = seed;
    this.mutation = mutation;
    this.broken = broken;
  }

  /** What may be left out so that the invariant still breaks. */
  static Omitted shrink(Simulation.Outcome failed, Mutation mutation) {
    Shrinker shrinker = new Shrinker(failed.seed(), mutation, failed.violation().invariant());
    return shrinker.shrink(failed.faults().planned(), failed.faults().conditions());
  }

  private Omitted shrink(List<Planned> faults, Set<Condition> conditions) {
    Set<Integer> faultsOut = new TreeSet<>();
    Set<Condition> conditionsOut = EnumSet.noneOf(Condition.class);
    for (Condition c : conditions) {
      conditionsOut.add(c);
      if (!breaks(faultsOut, conditionsOut)) {
        conditionsOut.remove(c);
      }
    }
    List<Integer> kept = new ArrayList<>(faults.stream().map(Planned::number).toList());
    for (int part = Math.max(1, kept.size() / 2); part > 0; part /= 2) {
      for (int at = 0; at < kept.size() && runs < BUDGET; ) {
        List<Integer> some = List.copyOf(kept.subList(at, Math.min(kept.size(), at + part)));
        faultsOut.addAll(some);
        if (breaks(faultsOut, conditionsOut)) {
          kept.removeAll(some);
        } else {
          some.forEach(faultsOut::remove);
          at += part;
        }
      }
    }
    return new Omitted(faultsOut, conditionsOut);
  }

  private boolean breaks(Set<Integer> faults, Set<Condition> conditions) {
    runs++;
    Violation v =
        Simulation.run(seed, mutation, false, new Omitted(faults, conditions)).violation();
    return v != null && v.invariant() == broken;
  }
}
