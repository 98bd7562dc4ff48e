package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.cut.Slicing;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by its key. A small one by walking the index: each boundary is the key n rows behind
 * the last one. A large one evenly if its key is dense, else where a sample of its rows says
 * ({@link KeySampler}), and what is still far too large is walked. Order of slices: open below, …,
 * up to the largest key there is now; the tail, open above; the rows with a NULL key. Rows that
 * share a boundary's key belong to the slice that ends there.
 */
final class PostgresSplitter {

  /** Rows up to which a whole index may be walked where a sample is not good enough. */
  private static final double MOST_WALKED = 20_000_000;

  /** Cuts that are held in memory, at most. */
  private static final long MOST_CUTS = 1_000_000;

  private static final long NOT_KNOWN = -1;

  private final Connection connection;
  private final PostgresWalk walk;
  private final Slicing slices;
  private final KeySql key;
  private final SourceSettings settings;
  private final PostgresTable table;
  private final long small;
  private final List<String> told = new ArrayList<>();

  /**
   * @param small blocks up to which a table is walked and not sampled
   */
  PostgresSplitter(PostgresWalk walk, SourceSettings settings, PostgresTable table, long small) {
    this.small = small;
    this.connection = walk.connection();
    this.walk = walk;
    this.slices = new Slicing(walk);
    this.key = walk.key();
    this.settings = settings;
    this.table = table;
  }

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException, TaskException {
    slices.ranges(
        after,
        this::keyed,
        settings.tail() ? Optional.of(lower -> slices.range(lower, null, 0)) : Optional.empty(),
        out);
  }

  /** How it was cut, the statements among them. */
  List<String> told() {
    return told;
  }

  // Returns the last slice's upper key.
  private List<String> keyed(List<String> start, Consumer<PlannedSlice> out) throws SQLException {
    Optional<List<String>> largest = walk.largest(start);
    if (largest.isEmpty()) {
      return start;
    }
    List<String> end = largest.get();
    KeySampler sampler = new KeySampler(connection, key, table, told);
    if (!sampler.fits(small)) {
      return walk(start, end, counted(), NOT_KNOWN, out);
    }
    double rows = sampler.rows();
    long parts = parts(rows);
    long target = (long) Math.max(1, rows / parts);
    if (parts == 1) {
      out.accept(slices.range(start, end, Math.round(rows)));
      return end;
    }
    if (parts > MOST_CUTS) {
      return walk(start, end, target, NOT_KNOWN, out);
    }
    Optional<KeySampler.Cuts> even = sampler.even(rows, parts, start);
    KeySampler.Cuts cuts = even.isPresent() ? even.get() : sampler.sampled(rows, parts, start);
    told.add(
        String.format(
            Locale.ROOT, "forecast: the largest has %.2f times the mean", cuts.forecast()));
    if (cuts.forecast() > KeyCuts.MOST && sampler.allRows() <= MOST_WALKED) {
      return walk(start, end, counted(), NOT_KNOWN, out);
    }
    if (cuts.all().isEmpty()) {
      // In all those blocks was none: there are few.
      out.accept(slices.range(start, end, Math.round(rows)));
      return end;
    }
    return along(start, end, cuts, target, out);
  }

  private long parts(double rows) {
    return settings.count() > 0
        ? settings.count()
        : Math.max(1, (long) Math.ceil(rows / settings.rows()));
  }

  // Goes on behind another planner's boundary, wherever among the cuts that lies by now.
  private List<String> along(
      List<String> start,
      List<String> end,
      KeySampler.Cuts cuts,
      long target,
      Consumer<PlannedSlice> out)
      throws SQLException {
    List<String> lower = start;
    long before = cuts.past() == 0 ? 0 : cuts.all().get(cuts.past() - 1).rows();
    int lastCut = cuts.all().size() - 1;
    for (int i = cuts.past(); i <= lastCut; i++) {
      KeyCuts.Boundary cut = cuts.all().get(i);
      List<String> upper = i == lastCut ? end : cut.key();
      long rows = Math.round((cut.rows() - before) * cuts.scale());
      if (rows > 2 * target) {
        lower = walk(lower, upper, target, rows, out);
      } else {
        out.accept(slices.range(lower, upper, rows));
        lower = upper;
      }
      before = cut.rows();
    }
    if (cuts.past() <= lastCut) {
      return lower;
    }
    return walk(lower, end, target, NOT_KNOWN, out);
  }

  // Returns the last slice's upper key. The whole is an estimate: what one value has is not
  // counted.
  private List<String> walk(
      List<String> start, List<String> end, long rows, long whole, Consumer<PlannedSlice> out)
      throws SQLException {
    told.add("cut: " + key.nth(start, end, rows, 1) + ", and so on");
    List<String> lower = start;
    while (true) {
      Optional<List<String>> boundary = walk.first(key.nth(lower, end, rows, 1));
      if (boundary.isEmpty() || boundary.get().equals(end)) {
        long rest =
            whole != NOT_KNOWN && boundary.isPresent() && Objects.equals(lower, start)
                ? whole
                : Queries.number(
                    connection, "SELECT count(*)" + key.from() + key.within(lower, end));
        // None is left if two spellings of one key are the boundary and the end.
        if (rest > 0) {
          out.accept(slices.range(lower, end, rest));
          return end;
        }
        return lower;
      }
      out.accept(slices.range(lower, boundary.get(), rows));
      lower = boundary.get();
    }
  }

  // Rows of each slice, where all may be counted.
  private long counted() throws SQLException {
    if (settings.count() == 0) {
      return settings.rows();
    }
    String sql = "SELECT count(*)" + key.from() + key.within(null, null);
    told.add("rows: " + sql);
    return Math.max(1, Math.ceilDiv(Queries.number(connection, sql), settings.count()));
  }
}
