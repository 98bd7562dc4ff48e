package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.cut.Slicing;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.KeyCuts;
import io.tidemark.core.plan.KeyCuts.Boundary;
import io.tidemark.core.plan.KeyStrides;
import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/**
 * Cuts a table by its key. Of a unique integer a few looks at the index tell where about n rows end
 * ({@link KeyStrides}). Else the index is walked: each boundary is the key n rows behind the last
 * one. Order of slices: open below, …, up to the largest key there is now; the tail, open above;
 * the rows with a NULL key. Rows that share a boundary's key belong to the slice that ends there.
 */
record SqlSplitter(SqlWalk key, Slicing slices, SqlSourceSettings settings) {

  private static final long FEWEST = 10_000;

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException, TaskException {
    slices.ranges(
        after,
        this::walk,
        settings.tail() ? Optional.of(lower -> slices.range(lower, null, 0)) : Optional.empty(),
        out);
  }

  // Returns the last slice's upper key.
  private List<String> walk(List<String> start, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    Optional<List<String>> largest = key.largest(start);
    if (largest.isEmpty()) {
      return start;
    }
    List<String> end = largest.get();
    long rows = target();
    List<String> lower = start;
    while (true) {
      Optional<Boundary> stride = strides(rows) ? stride(lower, end, rows) : Optional.empty();
      if (stride.isPresent()) {
        out.accept(slices.range(lower, stride.get().key(), stride.get().rows()));
        lower = stride.get().key();
        continue;
      }
      Optional<List<String>> boundary = key.nth(lower, end, rows);
      if (boundary.isEmpty() || boundary.get().equals(end)) {
        // None is left if two spellings of one key are the boundary and the end.
        long rest = key.rows(lower, end);
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

  // Of few rows each, to walk costs no more.
  private boolean strides(long rows) {
    return rows >= FEWEST && key.looks();
  }

  private Optional<Boundary> stride(List<String> lower, List<String> end, long rows)
      throws SQLException {
    OptionalLong above =
        lower == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(lower.getFirst()));
    return KeyStrides.next(key::look, above, Long.parseLong(end.getFirst()), rows)
        .filter(b -> KeyCuts.forecast(List.of(b), 1) <= KeyCuts.MOST);
  }

  private long target() throws SQLException {
    return settings.count() == 0
        ? settings.rows()
        : Math.max(1, Math.ceilDiv(key.rows(null, null), settings.count()));
  }
}
