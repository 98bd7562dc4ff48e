package io.tidemark.connectors.cut;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by filters: each slice has all keys up to the largest there is now, and the filter
 * says which of the rows. Order of slices: that of the filters; then the rows with a NULL key.
 */
public final class FilterSplitter {

  /** Says which filters there are. */
  @FunctionalInterface
  public interface Filters {
    /** Those behind one, in order; empty: all. */
    List<RowFilter> behind(Optional<RowFilter> last) throws SQLException, TaskException;
  }

  private final KeyWalk key;
  private final Slicing slices;
  private final Filters filters;
  private long all = -1;

  /**
   * @param key by which each slice is read
   */
  public FilterSplitter(KeyWalk key, Filters filters) {
    this.key = key;
    this.slices = new Slicing(key);
    this.filters = filters;
  }

  /** Slices behind where an interrupted planner ended. */
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    Optional<KeyRange> last = Slicing.last(after);
    if (last.isPresent() && last.get().getNullKeys()) {
      return;
    }
    Optional<List<String>> end =
        last.isPresent() ? Optional.of(last.get().getUpper()) : key.largest(null);
    if (end.isPresent()) {
      List<String> upper = end.get();
      for (RowFilter filter : filters.behind(last.flatMap(RowFilter::of))) {
        out.accept(slices.filtered(upper, filter, rows(upper, filter)));
      }
    }
    slices.nulls(out);
  }

  private long rows(List<String> upper, RowFilter filter) throws SQLException {
    return switch (filter) {
      case RowFilter.Listed l -> key.passing(upper, l);
      case RowFilter.Hashed h -> {
        if (all < 0) {
          all = key.rows(null, upper);
        }
        yield all / h.filter().getBuckets();
      }
    };
  }
}
