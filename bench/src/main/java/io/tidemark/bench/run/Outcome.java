package io.tidemark.bench.run;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One run of a contender.
 *
 * @param seconds wall time of all that a user waits for, start-up included
 * @param units rows, partitions, … that were handled, a count; 0 where there is nothing to count
 * @param peakRss most memory that the client processes held at one time, bytes; 0 if unknown
 * @param extra other figures by their heading, which names the unit
 */
public record Outcome(double seconds, long units, long peakRss, Map<String, Double> extra) {

  public Outcome {
    extra = new LinkedHashMap<>(extra);
  }

  /** Without other figures. */
  public Outcome(double seconds, long units, long peakRss) {
    this(seconds, units, peakRss, Map.of());
  }

  /** The same with one more figure. */
  public Outcome with(String heading, double value) {
    Map<String, Double> more = new LinkedHashMap<>(extra);
    more.put(heading, value);
    return new Outcome(seconds, units, peakRss, more);
  }
}
