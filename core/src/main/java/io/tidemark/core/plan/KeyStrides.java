package io.tidemark.core.plan;

import io.tidemark.core.plan.KeyCuts.Boundary;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Cuts a unique integer key by looks at its index: in a stretch of it there are no more rows than
 * it is wide, and how many there are the keys at two places tell. A range costs at most so many
 * looks, however many rows it has, and depends on nothing but where the one before it ended. What
 * is empty costs nothing: the next key lies behind it.
 */
public final class KeyStrides {

  /** Keys that a look should find, if there are so many. */
  public static final int KEYS = 64;

  private static final int STRETCHES = 8;
  private static final int MOST_LOOKS = 64;
  private static final int NEAR = 4;

  /** Distance of keys up to which a stretch is wider where they lie apart. */
  private static final double MOST_STEP = 16;

  /**
   * What a look has found.
   *
   * @param first the smallest key
   * @param last the largest one
   * @param keys how many, at least 1
   */
  public record Look(long first, long last, int keys) {

    private double step() {
      return keys == 1 ? 1 : distance(first, last) / (keys - 1);
    }

    // Rows from the first key up to one that is not of them, if they go on so.
    private double upTo(long end) {
      return first >= end ? 0 : distance(first, end) / step();
    }
  }

  /** Looks at an index. */
  @FunctionalInterface
  public interface Index<E extends Exception> {
    /**
     * The first {@link #KEYS} keys above one.
     *
     * @param lower empty: open
     */
    Optional<Look> above(OptionalLong lower) throws E;
  }

  private KeyStrides() {}

  // Of the largest longs, doubles tell each thousandth from the next.
  private static double distance(long from, long to) {
    return to - from >= 0 ? (double) (to - from) : (double) to - from;
  }

  /**
   * Where the next range of about so many rows ends. Of its rows, those of the first half of each
   * stretch count as odd ones.
   *
   * @param lower above which it begins; empty: open
   * @param largest the largest key
   * @param rows at least 1
   * @return empty: looks do not tell, as few rows are left or lie too far apart; walk it
   */
  public static <E extends Exception> Optional<Boundary> next(
      Index<E> index, OptionalLong lower, long largest, long rows) throws E {
    double odd = 0;
    double even = 0;
    OptionalLong at = lower;
    for (int looks = 0; looks < MOST_LOOKS; looks += 2) {
      Optional<Look> found = index.above(at);
      if (found.isEmpty()) {
        return Optional.empty();
      }
      Look head = found.get();
      double span = Math.min(MOST_STEP, head.step()) * rows;
      if (distance(head.first(), largest) < NEAR * span) {
        return Optional.empty();
      }
      long width = Math.max(2, (long) span / STRETCHES);
      long middle = head.first() + width / 2;
      long end = head.first() + width;
      Look rest = index.above(OptionalLong.of(middle - 1)).orElse(head);
      double one = head.upTo(middle);
      double two = rest.upTo(end);
      double missing = rows - odd - even;
      if (missing <= one) {
        return Optional.of(boundary(head.first(), middle, missing / one, odd + missing, even));
      }
      if (missing <= one + two) {
        double share = (missing - one) / two;
        return Optional.of(boundary(rest.first(), end, share, odd + one, even + missing - one));
      }
      odd += one;
      even += two;
      at = OptionalLong.of(end - 1);
    }
    return Optional.empty();
  }

  private static Boundary boundary(long from, long to, double share, double odd, double even) {
    long upper = from + Math.max(1, Math.round(share * distance(from, to))) - 1;
    return new Boundary(List.of(Long.toString(upper)), Math.round(odd + even), Math.round(odd));
  }
}
