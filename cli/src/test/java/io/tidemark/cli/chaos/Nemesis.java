package io.tidemark.cli.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Injects faults one after the other, and mends each when its time is over. All that it draws comes
 * from the seed: what strikes, whom, when and for how long. What cannot strike now is passed over.
 */
final class Nemesis {

  private record Due(long at, String what, Injury.Mend mend) {}

  private final List<Fault> kinds;
  private final SplittableRandom chance;
  private final int gapMs;
  private final Scoreboard scoreboard;
  private final List<Fault> bag = new ArrayList<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
  private int left;
  private long next;

  /**
   * @param faults how many to inject
   * @param gapMs time between two faults on average, milliseconds
   */
  Nemesis(
      List<Fault> kinds, SplittableRandom chance, int faults, int gapMs, Scoreboard scoreboard) {
    this.kinds = kinds;
    this.chance = chance;
    this.left = faults;
    this.gapMs = gapMs;
    this.scoreboard = scoreboard;
    this.next = System.nanoTime() + gap();
  }

  /** Faults that it has still to inject. */
  int left() {
    return left;
  }

  /** Injects no more. */
  void rest() {
    left = 0;
  }

  /** Does what is due by now. */
  void step() throws Exception {
    long now = System.nanoTime();
    while (!due.isEmpty() && due.peek().at() - now <= 0) {
      mend(due.poll());
    }
    if (left > 0 && now - next >= 0) {
      strike();
      next = System.nanoTime() + gap();
    }
  }

  /** Mends all that is broken. */
  void mendAll() throws Exception {
    while (!due.isEmpty()) {
      mend(due.poll());
    }
  }

  /** Whether all is mended. */
  boolean idle() {
    return due.isEmpty();
  }

  private static void mend(Due d) throws Exception {
    Chronicle.say("  mended: " + d.what());
    d.mend().now();
  }

  private void strike() throws Exception {
    for (int tries = 0; tries < 2 * kinds.size(); tries++) {
      Fault fault = drawn();
      Optional<Injury> injury = scoreboard.recording(fault, () -> fault.strike().at(chance));
      if (injury.isPresent()) {
        left--;
        due.add(
            new Due(
                System.nanoTime() + injury.get().lasts().toNanos(),
                fault.name() + ", " + injury.get().what(),
                injury.get().mend()));
        return;
      }
    }
  }

  /** Each kind once in every round, in a new order. */
  private Fault drawn() {
    if (bag.isEmpty()) {
      bag.addAll(kinds);
      for (int i = bag.size() - 1; i > 0; i--) {
        bag.set(i, bag.set(chance.nextInt(i + 1), bag.get(i)));
      }
    }
    return bag.removeLast();
  }

  private long gap() {
    return Duration.ofMillis(gapMs / 2 + chance.nextInt(gapMs)).toNanos();
  }
}
