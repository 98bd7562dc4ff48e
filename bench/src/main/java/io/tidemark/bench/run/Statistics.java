package io.tidemark.bench.run;

import java.util.List;

/**
 * What repeated measurements of one quantity say, in its own unit.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param min the smallest
 * @param max the largest
 */
public record Statistics(double median, double min, double max) {

  /**
   * Of at least one measurement.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static Statistics of(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("statistics of no measurement");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int n = sorted.size();
    double median = (sorted.get((n - 1) / 2) + sorted.get(n / 2)) / 2;
    return new Statistics(median, sorted.get(0), sorted.get(n - 1));
  }

  /**
   * The smallest measurement that at least {@code share} of them do not exceed.
   *
   * @param share over 0, at most 1: 0.5, 0.99
   */
  public static double percentile(List<Double> values, double share) {
    if (values.isEmpty() || share <= 0 || share > 1) {
      throw new IllegalArgumentException(
          "percentile " + share + " of " + values.size() + " measurements");
    }
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
