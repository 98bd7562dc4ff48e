package io.tidemark.bench.run;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Runs contenders in turn, round after round, so that a drifting machine is unfair to none. */
public final class RoundRobin {

  private RoundRobin() {}

  /**
   * Runs each contender once a round. One that is missing or fails is out from then on; its entry
   * says why.
   *
   * @param log is told of every run as it ends
   */
  public static List<Entry> run(List<? extends Contender> contenders, int rounds, PrintStream log)
      throws InterruptedException {
    List<Entry> entries = new ArrayList<>();
    for (Contender c : contenders) {
      Entry entry = new Entry(c.name());
      c.missing().ifPresent(why -> entry.trouble("not run: " + why));
      entries.add(entry);
    }
    for (int round = 1; round <= rounds; round++) {
      for (int i = 0; i < entries.size(); i++) {
        if (entries.get(i).trouble().isEmpty()) {
          once(contenders.get(i), entries.get(i), round, log);
        }
      }
    }
    return entries;
  }

  private static void once(Contender contender, Entry entry, int round, PrintStream log)
      throws InterruptedException {
    try {
      contender.prepare();
      Outcome outcome = contender.run();
      contender.check(outcome);
      entry.add(outcome);
      log.printf(
          Locale.ROOT,
          "  round %d  %-44s %9.3f s  %,.0f/s%n",
          round,
          contender.name(),
          outcome.seconds(),
          outcome.units() / outcome.seconds());
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      entry.trouble("failed: " + e.getMessage());
      log.printf("  round %d  %s FAILED: %s%n", round, contender.name(), e);
    }
  }
}
