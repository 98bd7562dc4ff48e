package io.tidemark.connectors.cut;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Makes slices of a key. */
public record Slicing(KeyWalk key) {

  /** Cuts behind a key; null: from the first one. Returns the last slice's upper key. */
  @FunctionalInterface
  public interface Walk {
    List<String> from(List<String> start, Consumer<PlannedSlice> out)
        throws SQLException, TaskException;
  }

  /** The slice that is open above a key. */
  @FunctionalInterface
  public interface Tail {
    PlannedSlice behind(List<String> lower) throws SQLException;
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
  public void ranges(
      Optional<Slice> after, Walk walk, Optional<Tail> tail, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
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

  /** The range with its rows, counted or estimated. */
  PlannedSlice range(List<String> lower, List<String> upper) throws SQLException {
    return range(lower, upper, key.rows(lower, upper));
  }

  /** The range with so many rows. */
  public PlannedSlice range(List<String> lower, List<String> upper, long rows) {
    return new PlannedSlice(slice(lower, upper, false, null), rows);
  }

  /** All keys up to one, those of their rows that pass a filter. */
  PlannedSlice filtered(List<String> upper, RowFilter filter, long rows) {
    return new PlannedSlice(slice(null, upper, false, filter.avro()), rows);
  }

  /** The rows with a NULL in the key, if there are any. */
  void nulls(Consumer<PlannedSlice> out) throws SQLException {
    OptionalLong rows = key.nulls();
    if (rows.isPresent()) {
      out.accept(new PlannedSlice(slice(null, null, true, null), rows.getAsLong()));
    }
  }

  private Slice slice(List<String> lower, List<String> upper, boolean nulls, Object filter) {
    return new Slice.Keys(new KeyRange(key.columns(), lower, upper, nulls, filter));
  }
}
