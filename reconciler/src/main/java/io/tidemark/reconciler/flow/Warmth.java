package io.tidemark.reconciler.flow;

import java.util.HashMap;
import java.util.Map;

/**
 * Which copies of state were complete once: everything that was in the log when the copy was first
 * seen has arrived. From then on it is at most some moments behind. One that is still being
 * restored would answer as if what has not arrived did not exist. Immutable.
 */
public final class Warmth {

  /** Nothing was seen yet. */
  public static final Warmth NONE = new Warmth(Map.of());

  /**
   * Under transactions the end of the log is a marker that no copy reads, so that one record short
   * is all.
   */
  private static final long MARKER = 1;

  /** A store's part. */
  public record Part(String store, int number) {}

  /**
   * How far a copy is, in records of its log.
   *
   * @param current what has arrived
   * @param end what there is
   */
  public record Position(long current, long end) {}

  private record Copy(long target, long current, boolean warm) {}

  private final Map<Part, Copy> copies;

  private Warmth(Map<Part, Copy> copies) {
    this.copies = Map.copyOf(copies);
  }

  /** After all copies on this instance were looked at again; those not among them are gone. */
  public Warmth seen(Map<Part, Position> positions) {
    Map<Part, Copy> next = new HashMap<>();
    positions.forEach((part, p) -> next.put(part, copy(copies.get(part), p)));
    return new Warmth(next);
  }

  private static Copy copy(Copy before, Position p) {
    // One that went back was thrown away and begins anew.
    boolean same = before != null && p.current() >= before.current();
    long target = same ? before.target() : p.end();
    return new Copy(target, p.current(), (same && before.warm()) || p.current() >= target - MARKER);
  }

  /** Whether it was complete once. */
  public boolean warm(String store, int number) {
    Copy copy = copies.get(new Part(store, number));
    return copy != null && copy.warm();
  }
}
