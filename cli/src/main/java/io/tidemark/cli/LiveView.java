package io.tidemark.cli;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a live view shows: state and size in, lines of text out. Knows no terminal and no clock. */
final class LiveView {

  /** A heartbeat comes twice a second; without one for so long, a worker is silent. */
  private static final long SILENT_MS = 5_000;

  private static final int BAR = 30;
  private static final int SMALL_BAR = 12;
  private static final int LEAST_WIDTH = 20;

  private LiveView() {}

  /**
   * What is known.
   *
   * @param workers newest heartbeat of each
   * @param alerts newest of each condition, over or not
   * @param now milliseconds since the epoch
   */
  record State(
      Collection<Progress> progress,
      Collection<WorkerHeartbeat> workers,
      Collection<Alert> alerts,
      long now) {}

  /**
   * The view of one backfill, or of all.
   *
   * @param backfill empty: all
   * @param width columns
   * @param height lines, at least 1
   * @return at most so many lines, none longer than the width
   */
  static List<String> lines(State state, Optional<String> backfill, int width, int height) {
    int columns = Math.max(LEAST_WIDTH, width);
    List<String> lines = new ArrayList<>();
    if (backfill.isPresent()) {
      one(state, backfill.get(), columns, lines);
    } else {
      all(state, columns, lines);
    }
    alerts(state, backfill, columns, lines);
    return fit(lines, columns, height);
  }

  private static List<String> fit(List<String> lines, int width, int height) {
    List<String> fitting = new ArrayList<>();
    // The last line is for how to leave; the one before it tells what found no room.
    int room = Math.max(0, height - 1);
    for (int i = 0; i < lines.size() && fitting.size() < room; i++) {
      boolean lastRoom = fitting.size() == room - 1 && i < lines.size() - 1;
      fitting.add(clip(lastRoom ? text("… %d more lines", lines.size() - i) : lines.get(i), width));
    }
    fitting.add(clip("q leaves; the backfill goes on", width));
    return fitting;
  }

  private static String clip(String line, int width) {
    String plain = Terminal.plain(line).stripTrailing();
    return plain.codePointCount(0, plain.length()) <= width
        ? plain
        : plain.substring(0, plain.offsetByCodePoints(0, width - 1)) + "…";
  }

  private static void one(State state, String id, int width, List<String> lines) {
    Optional<Progress> found =
        state.progress().stream().filter(p -> p.getBackfillId().equals(id)).findFirst();
    if (found.isEmpty()) {
      lines.add(id + ": no reconciler has reported on it yet");
      return;
    }
    Progress p = found.get();
    lines.addAll(Terminal.wrap(id + "  " + Summary.state(p), width));
    lines.add(
        text(
            "%s  %3.0f%%  %,d of ~%,d rows",
            bar(p, BAR), share(p) * 100, p.getRows(), p.getRowsEstimated()));
    lines.add(speed(p) + "  " + left(p) + "  " + elapsed(p, state.now()));
    lines.addAll(
        Terminal.wrap(
            text(
                "%,d partitions: %,d completed, %,d running, %,d retrying, %,d pending, %,d failed",
                p.getPartitions(),
                p.getCompleted(),
                p.getRunning(),
                p.getRetrying(),
                p.getPending(),
                p.getFailed()),
            width));
    if (p.getPausedAt() != null) {
      lines.add("paused     for " + ProgressBar.duration(state.now() - p.getPausedAt()));
    }
    if (!Summary.limits(p).isEmpty()) {
      lines.addAll(Terminal.wrap("limits     " + Summary.limits(p), width));
    }
    if (!p.getSlowedBy().isEmpty()) {
      lines.addAll(Terminal.wrap("slowed by  " + p.getSlowedBy(), width));
    }
    if (p.getCriticalPartition() != null) {
      lines.addAll(Terminal.wrap("done last  " + Summary.critical(p), width));
    }
    if (p.getDeadLetters() > 0) {
      lines.add(text("set aside  %,d rows", p.getDeadLetters()));
    }
    if (p.getDrift() > 0) {
      lines.addAll(
          Terminal.wrap("drift      " + p.getDrift() + ", last: " + p.getLastDrift(), width));
    }
    running(state, id, lines);
  }

  /**
   * @param idleMs since when its cursor stands, by the worker's own clock
   */
  private record Lane(RunningPartition partition, WorkerHeartbeat worker, long idleMs) {}

  private static void running(State state, String id, List<String> lines) {
    List<Lane> lanes =
        state.workers().stream()
            .flatMap(
                w ->
                    w.getRunning().stream()
                        .filter(r -> r.getBackfillId().equals(id))
                        .map(r -> new Lane(r, w, Math.max(0, w.getAt() - r.getAdvancedAt()))))
            .filter(l -> !gone(l.worker()))
            .sorted(
                Comparator.comparingLong(Lane::idleMs)
                    .reversed()
                    .thenComparing(l -> l.partition().getPartitionId()))
            .toList();
    if (lanes.isEmpty()) {
      return;
    }
    lines.add("");
    lines.add(row("PARTITION", "WORKER", "ROWS", "LEFT", "ROWS/S", "IDLE"));
    for (Lane l : lanes) {
      RunningPartition r = l.partition();
      lines.add(
          row(
              suffix(r.getPartitionId(), id),
              l.worker().getWorkerId(),
              text("%,d", r.getRows()),
              text("%,d", r.getRowsRemaining()),
              r.getRowsPerS() > 0 ? text("%,.0f", r.getRowsPerS()) : "-",
              silent(l.worker(), state.now())
                  ? "worker silent for " + ProgressBar.duration(state.now() - l.worker().getAt())
                  : ProgressBar.duration(l.idleMs())));
    }
  }

  private static String row(
      String partition, String worker, String rows, String left, String rate, String idle) {
    return text("%-14s %-20s %13s %13s %9s  %s", partition, worker, rows, left, rate, idle);
  }

  private static String suffix(String partition, String backfill) {
    return partition.startsWith(backfill + "/")
        ? partition.substring(backfill.length() + 1)
        : partition;
  }

  private static void all(State state, int width, List<String> lines) {
    if (state.progress().isEmpty()) {
      lines.add("no backfills yet");
    }
    int widest =
        state.progress().stream().mapToInt(p -> p.getBackfillId().length()).max().orElse(0);
    for (Progress p : newestFirst(state.progress())) {
      lines.add(
          text(
              "%-" + Math.max(1, widest) + "s  %-9s %s %3.0f%%  %s  %s%s",
              p.getBackfillId(),
              p.getState(),
              bar(p, SMALL_BAR),
              share(p) * 100,
              speed(p),
              left(p),
              p.getFailed() == 0 ? "" : text("  %,d failed", p.getFailed())));
      String why = p.getReason().isEmpty() ? p.getSlowedBy() : p.getReason();
      if (!why.isEmpty() && !ProgressFeed.ended(p)) {
        lines.addAll(Terminal.wrap("  " + why, width));
      }
    }
    List<WorkerHeartbeat> here = state.workers().stream().filter(w -> !gone(w)).toList();
    long silent = here.stream().filter(w -> silent(w, state.now())).count();
    lines.add("");
    lines.add(
        text(
            "%d %s%s, %d of %d lanes busy",
            here.size(),
            here.size() == 1 ? "worker" : "workers",
            silent == 0 ? "" : text(" (%d silent)", silent),
            here.stream().mapToInt(WorkerHeartbeat::getLanesBusy).sum(),
            here.stream().mapToInt(WorkerHeartbeat::getLanes).sum()));
  }

  /** Those that go on before those that are over, either the newest first. */
  private static List<Progress> newestFirst(Collection<Progress> all) {
    return all.stream()
        .sorted(
            Comparator.comparing(ProgressFeed::ended)
                .thenComparing(Comparator.comparingLong(Progress::getCreatedAt).reversed()))
        .toList();
  }

  private static void alerts(
      State state, Optional<String> backfill, int width, List<String> lines) {
    List<Alert> standing =
        state.alerts().stream()
            .filter(a -> a.getResolvedAt() == null)
            .filter(a -> backfill.isEmpty() || backfill.get().equals(a.getBackfillId()))
            .sorted(
                Comparator.comparing(Alert::getSeverity)
                    .reversed()
                    .thenComparing(Comparator.comparingLong(Alert::getAt).reversed()))
            .toList();
    if (!standing.isEmpty()) {
      lines.add("");
    }
    for (Alert a : standing) {
      lines.addAll(
          Terminal.wrap(
              text(
                  "! %s %s: %s%s",
                  a.getSeverity(),
                  a.getKind(),
                  backfill.isPresent() ? "" : a.getBackfillId() + ": ",
                  a.getMessage()),
              width));
      lines.addAll(Terminal.wrap("  → " + a.getRemedy(), width));
    }
  }

  /** A worker that has left says so by a heartbeat without queues. */
  private static boolean gone(WorkerHeartbeat w) {
    return w.getQueues().isEmpty();
  }

  private static boolean silent(WorkerHeartbeat w, long now) {
    return now - w.getAt() > SILENT_MS;
  }

  private static String speed(Progress p) {
    return p.getRowsPerS() > 0 ? text("%,.0f rows/s", p.getRowsPerS()) : "- rows/s";
  }

  private static String left(Progress p) {
    if (p.getEndedAt() != null) {
      return "over";
    }
    return p.getEtaLowMs() == null
        ? "time left unknown"
        : ProgressBar.duration(p.getEtaLowMs())
            + "–"
            + ProgressBar.duration(p.getEtaHighMs())
            + " left";
  }

  private static String elapsed(Progress p, long now) {
    long end = p.getEndedAt() == null ? now : p.getEndedAt();
    return ProgressBar.duration(end - p.getCreatedAt()) + " so far";
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  private static double share(Progress p) {
    return ProgressBar.share(p);
  }

  private static String bar(Progress p, int width) {
    int full = (int) (share(p) * width);
    return "[" + "#".repeat(full) + ".".repeat(width - full) + "]";
  }
}
