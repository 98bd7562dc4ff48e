package io.tidemark.core.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Owns time, order and chance: one queue of events by due time, one generator from one seed.
 * Everything that happens in a simulation happens in an event, so a seed tells the whole story.
 */
final class Scheduler {

  private record Event(long at, long order, String who, String what, Runnable action)
      implements Comparable<Event> {
    @Override
    public int compareTo(Event other) {
      int byTime = Long.compare(at, other.at);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  private static final long START_MS = 1_000_000;

  private final PriorityQueue<Event> due = new PriorityQueue<>();
  private final RandomGenerator random;
  private final boolean tracing;
  private final List<String> trace = new ArrayList<>();
  private long now = START_MS;
  private long events;

  Scheduler(long seed, boolean tracing) {
    this.random = new SplittableRandom(seed);
    this.tracing = tracing;
  }

  /** Milliseconds since the epoch of the simulated world. */
  long now() {
    return now;
  }

  /** Milliseconds since the simulation began. */
  long elapsed() {
    return now - START_MS;
  }

  /** Events that have happened. */
  long events() {
    return events;
  }

  RandomGenerator random() {
    return random;
  }

  /** A number between the two, both inclusive. */
  int between(int low, int high) {
    return low + random.nextInt(high - low + 1);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Lets something happen later; of two events at one time the one asked for first goes first. */
  void after(long delayMs, String who, String what, Runnable action) {
    due.add(new Event(now + delayMs, order++, who, what, action));
  }

  private long order;

  /** Lets the next event happen; false if there is none. */
  boolean step() {
    Event next = due.poll();
    if (next == null) {
      return false;
    }
    now = next.at;
    events++;
    note(() -> next.who + ": " + next.what);
    next.action.run();
    return true;
  }

  /** Adds a line to the trace, if one is kept. */
  void note(Supplier<String> line) {
    if (tracing) {
      trace.add("%,8d ms  %s".formatted(elapsed(), line.get()));
    }
  }

  /** The trace so far; empty unless one is kept. */
  List<String> trace() {
    return List.copyOf(trace);
  }
}
