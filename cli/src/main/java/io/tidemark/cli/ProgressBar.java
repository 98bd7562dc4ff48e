package io.tidemark.cli;

import io.tidemark.schemas.avro.Progress;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/**
 * Shows how a backfill goes: one line that renews itself on a terminal, a line every few seconds
 * elsewhere. Writes to standard error, so that standard output stays for results.
 */
public final class ProgressBar {

  /** The launcher tells whether standard error is a terminal. */
  private static final String TERMINAL = "tidemark.terminal";

  private static final int WIDTH = 24;
  private static final long PLAIN_EVERY_NS = Duration.ofSeconds(5).toNanos();

  private final PrintStream out;
  private final boolean terminal;
  private long lastPlain = System.nanoTime() - PLAIN_EVERY_NS;
  private String last = "";

  /** On standard error. */
  public ProgressBar() {
    this(System.err, Boolean.getBoolean(TERMINAL));
  }

  ProgressBar(PrintStream out, boolean terminal) {
    this.out = out;
    this.terminal = terminal;
  }

  /** Shows how it goes now. */
  public void show(Progress p) {
    String line = line(p);
    if (terminal) {
      out.print("\r\u001b[K" + line);
      out.flush();
    } else if (!line.equals(last) && System.nanoTime() - lastPlain >= PLAIN_EVERY_NS) {
      lastPlain = System.nanoTime();
      out.println(line);
    }
    last = line;
  }

  /** Leaves the line behind. */
  public void end() {
    if (terminal && !last.isEmpty()) {
      out.println();
    }
  }

  static String line(Progress p) {
    double share = share(p);
    int full = (int) (share * WIDTH);
    String bar = "#".repeat(full) + ".".repeat(WIDTH - full);
    String rate =
        p.getRowsPerS() > 0 ? String.format(Locale.ROOT, "  %,.0f rows/s", p.getRowsPerS()) : "";
    String eta =
        p.getEtaLowMs() == null
            ? ""
            : "  " + duration(p.getEtaLowMs()) + "–" + duration(p.getEtaHighMs()) + " left";
    String why = p.getReason().isEmpty() ? "" : "  (" + Terminal.plain(p.getReason()) + ")";
    String failed = p.getFailed() == 0 ? "" : "  " + p.getFailed() + " failed";
    return String.format(
        Locale.ROOT,
        "%s %s [%s] %3.0f%%  %,d rows  %,d/%,d partitions%s%s%s%s",
        p.getBackfillId(),
        p.getState(),
        bar,
        share * 100,
        p.getRows(),
        p.getCompleted(),
        p.getPartitions(),
        failed,
        rate,
        eta,
        why);
  }

  /** Share of the rows that is done, 0 to 1, by the estimate. */
  static double share(Progress p) {
    return p.getRowsEstimated() == 0
        ? (p.getSealed() ? 1 : 0)
        : Math.min(1, p.getRows() / (double) p.getRowsEstimated());
  }

  static String duration(long ms) {
    long s = Math.max(0, (ms + 500) / 1000);
    if (s < 60) {
      return s + " s";
    }
    if (s < 3600) {
      return String.format(Locale.ROOT, "%d:%02d min", s / 60, s % 60);
    }
    return String.format(Locale.ROOT, "%d:%02d h", s / 3600, s / 60 % 60);
  }
}
