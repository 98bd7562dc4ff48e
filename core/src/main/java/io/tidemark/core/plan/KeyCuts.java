package io.tidemark.core.plan;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/**
 * How to cut a key into ranges of about the same number of rows without reading all of them. The
 * largest range over the mean is what a plan is judged by, so each way says what it will be.
 */
public final class KeyCuts {

  /** Largest range over the mean that a plan may have; what forecasts more is not used. */
  public static final double MOST = 1.3;

  /**
   * A boundary that a sample of rows suggests.
   *
   * @param key the inclusive upper key of a range, one text per column
   * @param rows rows of the sample up to that key
   * @param odd how many of those stood in the odd one of each two sampled blocks
   */
  public record Boundary(List<String> key, long rows, long odd) {
    public Boundary {
      key = List.copyOf(key);
    }
  }

  private KeyCuts() {}

  /**
   * Whether even cuts of a unique integer key are good: a range of it never holds more rows than it
   * is wide, so the largest is at most {@code span / rows} times the mean.
   *
   * @param span largest key less the smallest, plus 1
   * @param rows estimated rows
   * @param probes for some ranges, the share of their keys that exists; 0 to 1
   */
  public static boolean dense(double span, double rows, List<Double> probes) {
    return rows > 0
        && span <= rows * MOST
        && !probes.isEmpty()
        && probes.stream().allMatch(p -> p >= 1 / MOST);
  }

  /**
   * Inclusive upper ends of ranges of equal width, the last one the largest key; ascending.
   *
   * @param ranges how many, at least 1; fewer come out where there are fewer keys
   */
  public static List<Long> even(long smallest, long largest, long ranges) {
    BigInteger below = BigInteger.valueOf(smallest).subtract(BigInteger.ONE);
    BigInteger span = BigInteger.valueOf(largest).subtract(below);
    List<Long> ends = new ArrayList<>();
    BigInteger before = below;
    for (long i = 1; i <= ranges; i++) {
      BigInteger share = span.multiply(BigInteger.valueOf(i)).divide(BigInteger.valueOf(ranges));
      BigInteger end = below.add(share);
      if (end.compareTo(before) > 0) {
        ends.add(end.longValueExact());
        before = end;
      }
    }
    return ends;
  }

  /**
   * What the largest range over the mean will be if a sample of whole blocks is cut into equal
   * parts. The sample tells it by itself: its odd blocks and its even ones are two samples, and
   * what they say of one range differs as much as both together are likely to be off, whether the
   * rows of a block are neighbours by their key or as good as random.
   *
   * @param cuts ascending, the last one with all rows of the sample
   * @param parts how many were wanted; there are fewer where one key takes the rows of several
   * @return at least 1; infinite where there is nothing to tell from
   */
  public static double forecast(List<Boundary> cuts, long parts) {
    if (cuts.isEmpty() || cuts.getLast().rows() == 0) {
      return Double.POSITIVE_INFINITY;
    }
    double mean = (double) cuts.getLast().rows() / parts;
    double worst = 0;
    long rows = 0;
    long odd = 0;
    for (Boundary cut : cuts) {
      double own = cut.rows() - rows;
      worst = Math.max(worst, Math.abs(2 * (cut.odd() - odd) - own) / Math.max(own, mean));
      rows = cut.rows();
      odd = cut.odd();
    }
    return 1 + worst;
  }
}
