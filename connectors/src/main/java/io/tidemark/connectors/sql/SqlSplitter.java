package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.cut.Slicing;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by walking the index of its key: each boundary is the key n rows behind the last
 * one. Order of slices: open below, …, up to the largest key there is now; the tail, open above;
 * the rows with a NULL key. Rows that share a boundary's key belong to the slice that ends there.
 */
record SqlSplitter(SqlWalk key, Slicing slices, SqlSourceSettings settings) {

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

  private long target() throws SQLException {
    return settings.count() == 0
        ? settings.rows()
        : Math.max(1, Math.ceilDiv(key.rows(null, null), settings.count()));
  }
}
