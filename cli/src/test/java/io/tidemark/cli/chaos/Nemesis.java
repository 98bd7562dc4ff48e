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
 * from the seed: what strikes, whom, after which pause and for how long. It waits for some progress
 * in between: a machine too slow for the pauses would only ever recover. What cannot strike now is
 * passed over.
 */
final class Nemesis {

  /** Between two faults so many checkpoints have to tell of progress, or so much time to pass. */
  private static final int ADVANCES = 2;

  private static final long STANDSTILL = Duration.ofSeconds(15).toNanos();

  private record Due(long at, String what, Injury.Mend mend) {}

  private final List<Fault> kinds;
  private final SplittableRandom chance;
  private final int gapMs;
  private final Scoreboard scoreboard;
  private final List<Fault> bag = new ArrayList<>();
  private final PriorityQueue<Due> due = new PriorityQueue<>(Comparator.comparingLong(Due::at));
  private final Reports reports;
  private int left;
  private long next;
  private long advancesWanted;

  /**
   * @param faults how many to inject
   * @param gapMs time between two faults on average, milliseconds
   */
  Nemesis(
      List<Fault> kinds,
      SplittableRandom chance,
      int faults,
      int gapMs,
      Scoreboard scoreboard,
      Reports reports) {
    this.reports = reports;
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
    boolean recovering = reports.advances() < advancesWanted && now - next < STANDSTILL;
    if (left > 0 && now - next >= 0 && !recovering) {
      strike();
      advancesWanted = reports.advances() + ADVANCES;
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
