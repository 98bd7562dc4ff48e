package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Makes slices of a key. */
final class Slicing {

  /** Cuts behind a key; null: from the first one. Returns the last slice's upper key. */
  interface Walk {
    List<String> from(List<String> start, Consumer<PlannedSlice> out) throws SQLException;
  }

  /** The slice that is open above a key. */
  interface Tail {
    PlannedSlice behind(List<String> lower) throws SQLException;
  }

  private final Connection connection;
  private final KeySql key;
  private final RowCount count;

  private Slicing(Connection connection, KeySql key, RowCount count) {
    this.connection = connection;
    this.key = key;
    this.count = count;
  }

  /**
   * Of the key that the spec cuts by.
   *
   * @throws TaskException FATAL if there is none, or no index walks it
   */
  static Slicing of(Connection connection, SourceTable table) throws TaskException {
    RowCount count = new RowCount(connection, table.table().name(), RowCount.COUNTED);
    return new Slicing(connection, table.key(List.of()), count);
  }

  /** The range that an interrupted planner ended with; empty: it had not begun. */
  static Optional<KeyRange> last(Optional<Slice> after) {
    return after.map(Slicing::range);
  }

  private static KeyRange range(Slice slice) {
    if (slice instanceof Slice.Keys k) {
      return k.range();
    }
    throw new IllegalArgumentException("not a slice of a table: " + slice);
  }

  /** Those of a walk, behind where an interrupted planner ended; the tail; the NULL keys. */
  void ranges(Optional<Slice> after, Walk walk, Optional<Tail> tail, Consumer<PlannedSlice> out)
      throws SQLException {
    KeyRange from = last(after).orElse(null);
    if (from != null && from.getNullKeys()) {
      return;
    }
    // A slice that is open above was the last of those with a key.
    if (from == null || from.getUpper() != null) {
      List<String> lower = walk.from(from == null ? null : from.getUpper(), out);
      if (tail.isPresent()) {
        out.accept(tail.get().behind(lower));
      }
    }
    nulls(out);
  }

  KeySql key() {
    return key;
  }

  /** The keys that a query finds. */
  List<List<String>> keys(String sql) throws SQLException {
    return Queries.texts(connection, sql, key.key().size());
  }

  /** The range with its rows, counted or estimated. */
  PlannedSlice range(List<String> lower, List<String> upper) throws SQLException {
    return range(lower, upper, count(key.from() + key.within(lower, upper)));
  }

  PlannedSlice range(List<String> lower, List<String> upper, long rows) {
    return new PlannedSlice(slice(lower, upper, false, null), rows);
  }

  /** All keys up to one, those of their rows that pass a filter. */
  PlannedSlice filtered(List<String> upper, RowFilter filter, long rows) {
    return new PlannedSlice(slice(null, upper, false, filter.avro()), rows);
  }

  /** Rows of {@code FROM …}, counted or estimated. */
  long count(String from) throws SQLException {
    return count.of(from);
  }

  /** The rows with a NULL in the key, if there are any. */
  void nulls(Consumer<PlannedSlice> out) throws SQLException {
    if (!key.nullable()) {
      return;
    }
    String rows = key.from() + key.nulls();
    if (!Queries.texts(connection, "SELECT 1" + rows + " LIMIT 1", 1).isEmpty()) {
      out.accept(new PlannedSlice(slice(null, null, true, null), count(rows)));
    }
  }

  private Slice slice(List<String> lower, List<String> upper, boolean nulls, Object filter) {
    List<String> columns = key.key().stream().map(PostgresTable.Column::name).toList();
    return new Slice.Keys(new KeyRange(columns, lower, upper, nulls, filter));
  }
}
