package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by walking the index of its key: each boundary is the key n rows behind the last
 * one. Order of slices: open below, …, up to the largest key there is now; the tail, open above;
 * the rows with a NULL key. Rows that share a boundary's key belong to the slice that ends there.
 */
final class PostgresSplitter {

  private final Connection connection;
  private final KeySql key;
  private final SourceSettings settings;
  private final PostgresTable table;

  PostgresSplitter(
      Connection connection, KeySql key, SourceSettings settings, PostgresTable table) {
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
      lower = walk(lower, out);
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

  // Returns the last slice's upper key.
  private List<String> walk(List<String> start, Consumer<PlannedSlice> out) throws SQLException {
    List<List<String>> largest = keys(key.largest(start));
    if (largest.isEmpty()) {
      return start;
    }
    List<String> end = largest.get(0);
    long rows = rowsPerSlice();
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

  private long rowsPerSlice() throws SQLException {
    if (settings.count() == 0) {
      return settings.rows();
    }
    boolean known = table.tuples() > 0 && table.bytes() > 0 && settings.where().isEmpty();
    long total =
        known
            ? (long) table.tuples()
            : number("SELECT count(*)" + key.from() + key.within(null, null));
    return Math.max(1, Math.ceilDiv(total, settings.count()));
  }

  private PlannedSlice slice(List<String> lower, List<String> upper, long rows) {
    return new PlannedSlice(keys(lower, upper, false), rows);
  }

  private Slice keys(List<String> lower, List<String> upper, boolean nulls) {
    List<String> columns = key.key().stream().map(PostgresTable.Column::name).toList();
    return new Slice.Keys(new KeyRange(columns, lower, upper, nulls, null));
  }

  /** The range of keys that a slice is. */
  static KeyRange range(Slice slice) {
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
