package io.tidemark.bench.run;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** A contender's line in the table: its runs, or why there are none. */
public final class Entry {

  private final String name;
  private final List<Outcome> outcomes = new ArrayList<>();
  private String trouble = "";

  /** Without a run as yet. */
  public Entry(String name) {
    this.name = name;
  }

  /** With these runs. */
  public Entry(String name, List<Outcome> runs) {
    this(name);
    outcomes.addAll(runs);
  }

  String name() {
    return name;
  }

  List<Outcome> outcomes() {
    return outcomes;
  }

  /** Why it did not run, or not to its end; empty if all is well. */
  public String trouble() {
    return trouble;
  }

  void add(Outcome outcome) {
    outcomes.add(outcome);
  }

  void trouble(String why) {
    trouble = why;
  }

  Statistics seconds() {
    return Statistics.of(outcomes.stream().map(Outcome::seconds).toList());
  }

  /** Units per second. */
  Statistics rate() {
    return Statistics.of(outcomes.stream().map(o -> o.units() / o.seconds()).toList());
  }

  /** Median of the peaks, bytes. */
  double peakRss() {
    return Statistics.of(outcomes.stream().map(o -> (double) o.peakRss()).toList()).median();
  }

  Set<String> headings() {
    Set<String> headings = new LinkedHashSet<>();
    outcomes.forEach(o -> headings.addAll(o.extra().keySet()));
    return headings;
  }

  List<Double> extra(String heading) {
    return outcomes.stream()
        .filter(o -> o.extra().containsKey(heading))
        .map(o -> o.extra().get(heading))
        .toList();
  }
}
