package io.tidemark.cli.chaos;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Counts faults, and what each kind of them cost. */
final class Scoreboard {

  /** A line of a log with its time; what follows in a stack trace has none. */
  private static final Pattern REFUSED =
      Pattern.compile("^(\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) .*\\b(57P01|FENCED)\\b.*");

  /** What is known of one kind. */
  private static final class Kind {
    private final List<Recovery> recoveries = new ArrayList<>();
    private long redone;
    private long mostRedone;
    private long refused;
  }

  private final Reports reports;
  private final Database database;
  private final Map<String, Kind> kinds = new LinkedHashMap<>();
  private final Kind beforeAll = new Kind();

  Scoreboard(List<Fault> faults, Reports reports, Database database) {
    this.reports = reports;
    this.database = database;
    faults.forEach(f -> kinds.put(f.name(), new Kind()));
  }

  /** Injects a fault, having looked at what it is going to hit. */
  Optional<Injury> recording(Fault fault, Callable<Optional<Injury>> strike) throws Exception {
    Map<String, Long> inFlight = database.up() ? rowsInFlight() : Map.of();
    var inHand = reports.inHand();
    Optional<Injury> struck = strike.call();
    if (struck.isPresent()) {
      Injury injury = struck.get();
      Recovery recovery = new Recovery(injury.hurts(), inHand);
      Kind kind = kinds.get(fault.name());
      kind.recoveries.add(recovery);
      long redone = redone(injury.hurts(), inFlight);
      kind.redone += redone;
      kind.mostRedone = Math.max(kind.mostRedone, redone);
      Chronicle.say(
          "%d %s: %s, for %.1f s; rows in flight lost: %d"
              .formatted(
                  injected(),
                  fault.name(),
                  injury.what(),
                  injury.lasts().toMillis() / 1000.0,
                  redone));
    }
    return struck;
  }

  private static long redone(Injury.Hurts hurts, Map<String, Long> inFlight) {
    return switch (hurts) {
      case Injury.Hurts.Worker w -> w.losesChunks() ? inFlight.getOrDefault(w.id(), 0L) : 0;
      case Injury.Hurts.All a ->
          a.losesChunks() ? inFlight.values().stream().mapToLong(n -> n).sum() : 0;
      case Injury.Hurts.Backfills b -> 0;
      case Injury.Hurts.Reconciler r -> 0;
    };
  }

  /** Rows that are written and not committed, by worker. */
  private Map<String, Long> rowsInFlight() throws SQLException {
    Map<String, Long> rows = new HashMap<>();
    try (Connection c = database.connect();
        Statement s = c.createStatement();
        ResultSet r =
            s.executeQuery(
                """
                SELECT p.worker, sum(c.tuples_processed) FROM dst.tidemark_progress p
                JOIN pg_stat_progress_copy c ON c.pid = p.backend_pid
                WHERE NOT p.complete GROUP BY p.worker
                """)) {
      while (r.next()) {
        rows.put(r.getString(1), r.getLong(2));
      }
    }
    return rows;
  }

  /** Looks whether what was injected is over. */
  void look() {
    kinds.values().forEach(k -> k.recoveries.forEach(r -> r.look(reports)));
  }

  /** Faults so far. */
  int injected() {
    return kinds.values().stream().mapToInt(k -> k.recoveries.size()).sum();
  }

  /** Faults so far that are not over for all of their partitions. */
  long unrecovered() {
    return kinds.values().stream()
        .flatMap(k -> k.recoveries.stream())
        .filter(r -> r.first().isPresent() && r.all().isEmpty())
        .count();
  }

  /** Counts the writes that the sink refused, each for the last fault that hurt its worker. */
  void countRefusals(Crew crew) {
    for (String worker : crew.everWorked()) {
      crew.log(worker)
          .map(REFUSED::matcher)
          .filter(Matcher::matches)
          .forEach(m -> lastFault(worker, LocalTime.parse(m.group(1))).refused++);
    }
  }

  /** What hurt a worker last; where nothing has yet, the queues have moved by themselves. */
  private Kind lastFault(String worker, LocalTime until) {
    Kind last = beforeAll;
    LocalTime at = LocalTime.MIN;
    for (Kind kind : kinds.values()) {
      for (Recovery r : kind.recoveries) {
        boolean hurt =
            switch (r.hurts()) {
              case Injury.Hurts.Worker w -> w.id().equals(worker);
              case Injury.Hurts.All a -> true;
              case Injury.Hurts.Backfills b -> true;
              case Injury.Hurts.Reconciler c -> false;
            };
        if (hurt && !r.struckAt().isAfter(until) && r.struckAt().isAfter(at)) {
          last = kind;
          at = r.struckAt();
        }
      }
    }
    return last;
  }

  /** The table of all kinds. */
  String table() {
    StringBuilder out =
        new StringBuilder(
            """
            first, all: seconds from the fault until the first, and the last, of the partitions in
            hand that it hit had committed another chunk to the log; faults overlap, and a partition
            that was taken over may wait for a free lane. lost: rows in flight that the fault rolled
            back, in all and most at once. refused: writes that the sink refused afterwards.

            """);
    out.append(
        "%-42s %5s  %6s %6s  %6s %6s  %7s %6s  %7s%n"
            .formatted("fault", "times", "first", "p99", "all", "p99", "lost", "most", "refused"));
    kinds.forEach(
        (name, k) ->
            out.append(
                "%-42s %5d  %6s %6s  %6s %6s  %7d %6d  %7d%n"
                    .formatted(
                        name,
                        k.recoveries.size(),
                        percentile(k, Recovery::first, 0.5),
                        percentile(k, Recovery::first, 0.99),
                        percentile(k, Recovery::all, 0.5),
                        percentile(k, Recovery::all, 0.99),
                        k.redone,
                        k.mostRedone,
                        k.refused)));
    out.append("refused before the first fault: %d%n".formatted(beforeAll.refused));
    return out.toString();
  }

  private static String percentile(
      Kind kind, Function<Recovery, Optional<Duration>> what, double p) {
    return percentile(kind.recoveries.stream().map(what).flatMap(Optional::stream).toList(), p);
  }

  /** The smallest that at least this share does not exceed, seconds; a dash if there are none. */
  static String percentile(List<Duration> times, double p) {
    List<Duration> sorted = times.stream().sorted().toList();
    if (sorted.isEmpty()) {
      return "-";
    }
    Duration at = sorted.get((int) Math.ceil(p * sorted.size()) - 1);
    return String.format(Locale.ROOT, "%.1f", at.toMillis() / 1000.0);
  }
}
