package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
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

  private final Connection connection;
  private final KeySql key;
  private final SourceSettings settings;
  private final PostgresTable table;
  private final long small;
  private final List<String> told = new ArrayList<>();

  /**
   * @param small blocks up to which a table is walked and not sampled
   */
  PostgresSplitter(
      Connection connection, KeySql key, SourceSettings settings, PostgresTable table, long small) {
    this.small = small;
    this.connection = connection;
    this.key = key;
    this.settings = settings;
    this.table = table;
  }

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException {
    KeyRange from = after.map(PostgresSplitter::range).orElse(null);
    if (from != null && from.getNullKeys()) {
      return;
    }
    // A slice that is open above was the last of those with a key.
    if (from == null || from.getUpper() != null) {
      List<String> lower = from == null ? null : from.getUpper();
      lower = keyed(lower, out);
      if (settings.tail()) {
        out.accept(slice(lower, null, 0));
      }
    }
    if (key.nullable()) {
      long nulls = number("SELECT count(*)" + key.from() + key.nulls());
      if (nulls > 0) {
        out.accept(new PlannedSlice(keys(null, null, true), nulls));
      }
    }
  }

  /** How it was cut, the statements among them. */
  List<String> told() {
    return told;
  }

  // Returns the last slice's upper key.
  private List<String> keyed(List<String> start, Consumer<PlannedSlice> out) throws SQLException {
    List<List<String>> largest = keys(key.largest(start));
    if (largest.isEmpty()) {
      return start;
    }
    List<String> end = largest.get(0);
    KeySampler sampler = new KeySampler(connection, key, table, told);
    if (!sampler.fits(small)) {
      return walk(start, end, counted(), out);
    }
    double rows = sampler.rows();
    long parts = parts(rows);
    long target = (long) Math.max(1, rows / parts);
    if (parts == 1) {
      out.accept(slice(start, end, Math.round(rows)));
      return end;
    }
    Optional<KeySampler.Cuts> even = sampler.even(rows, parts, start);
    KeySampler.Cuts cuts = even.isPresent() ? even.get() : sampler.sampled(rows, parts, start);
    told.add(
        String.format(
            Locale.ROOT, "forecast: the largest has %.2f times the mean", cuts.forecast()));
    return cuts.forecast() > KeyCuts.MOST && rows <= MOST_WALKED
        ? walk(start, end, target, out)
        : along(start, end, cuts, target, out);
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
        lower = walk(lower, upper, target, out);
      } else {
        out.accept(slice(lower, upper, rows));
        lower = upper;
      }
      before = cut.rows();
    }
    if (cuts.past() <= lastCut) {
      return lower;
    }
    return walk(lower, end, target, out);
  }

  // Returns the last slice's upper key.
  private List<String> walk(
      List<String> start, List<String> end, long rows, Consumer<PlannedSlice> out)
      throws SQLException {
    told.add("cut: " + key.nth(start, end, rows, 1) + ", and so on");
    List<String> lower = start;
    while (true) {
      List<List<String>> boundary = keys(key.nth(lower, end, rows, 1));
      if (boundary.isEmpty() || boundary.get(0).equals(end)) {
        long rest = number("SELECT count(*)" + key.from() + key.within(lower, end));
        // None is left if two spellings of one key are the boundary and the end.
        if (rest > 0) {
          out.accept(slice(lower, end, rest));
          return end;
        }
        return lower;
      }
      out.accept(slice(lower, boundary.get(0), rows));
      lower = boundary.get(0);
    }
  }

  // Rows of each slice, where all may be counted.
  private long counted() throws SQLException {
    if (settings.count() == 0) {
      return settings.rows();
    }
    String sql = "SELECT count(*)" + key.from() + key.within(null, null);
    told.add("rows: " + sql);
    return Math.max(1, Math.ceilDiv(number(sql), settings.count()));
  }

  private PlannedSlice slice(List<String> lower, List<String> upper, long rows) {
    return new PlannedSlice(keys(lower, upper, false), rows);
  }

  private Slice keys(List<String> lower, List<String> upper, boolean nulls) {
    List<String> columns = key.key().stream().map(PostgresTable.Column::name).toList();
    return new Slice.Keys(new KeyRange(columns, lower, upper, nulls));
  }

  private static KeyRange range(Slice slice) {
    if (slice instanceof Slice.Keys k) {
      return k.range();
    }
    throw new IllegalArgumentException("not a slice of a table: " + slice);
  }

  private List<List<String>> keys(String sql) throws SQLException {
    return Keys.read(connection, sql, key.key().size());
  }

  private long number(String sql) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getLong(1);
    }
  }

  /** Reads keys. */
  static final class Keys {
    private Keys() {}

    static List<List<String>> read(Connection connection, String sql, int columns)
        throws SQLException {
      List<List<String>> keys = new ArrayList<>();
      try (Statement s = connection.createStatement();
          ResultSet r = s.executeQuery(sql)) {
        while (r.next()) {
          List<String> parts = new ArrayList<>(columns);
          for (int i = 1; i <= columns; i++) {
            parts.add(r.getString(i));
          }
          keys.add(List.copyOf(parts));
        }
      }
      return keys;
    }
  }
}
