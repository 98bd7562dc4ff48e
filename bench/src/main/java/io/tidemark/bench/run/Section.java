package io.tidemark.bench.run;

import java.util.List;

/**
 * One table of results.
 *
 * @param title what was measured
 * @param notes what a reader must know to read the figures, one sentence each
 * @param unit what is counted: rows, partitions; empty where there is nothing to count
 * @param baseline name of the entry that the others are compared with; empty if there is none
 * @param entries a line each
 */
public record Section(
    String title, List<String> notes, String unit, String baseline, List<Entry> entries) {
  public Section {
    notes = List.copyOf(notes);
    entries = List.copyOf(entries);
  }
}
