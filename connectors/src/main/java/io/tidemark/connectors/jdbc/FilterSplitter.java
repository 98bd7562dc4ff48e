package io.tidemark.connectors.jdbc;

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
final class FilterSplitter {

  /** Says which filters there are. */
  interface Filters {
    /** Those behind one, in order; empty: all. */
    List<RowFilter> behind(Optional<RowFilter> last) throws SQLException, TaskException;
  }

  private final KeySql key;
  private final Slicing slices;
  private final FilterSql sql;
  private final Filters filters;
  private long all = -1;

  FilterSplitter(Slicing slices, FilterSql sql, Filters filters) {
    this.key = slices.key();
    this.slices = slices;
    this.sql = sql;
    this.filters = filters;
  }

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException, TaskException {
    Optional<KeyRange> last = Slicing.last(after);
    if (last.isPresent() && last.get().getNullKeys()) {
      return;
    }
    List<List<String>> end =
        last.isPresent() ? List.of(last.get().getUpper()) : slices.keys(key.largest(null));
    if (!end.isEmpty()) {
      List<String> upper = end.get(0);
      for (RowFilter filter : filters.behind(last.flatMap(RowFilter::of))) {
        out.accept(slices.filtered(upper, filter, rows(upper, filter)));
      }
    }
    slices.nulls(out);
  }

  private long rows(List<String> upper, RowFilter filter) throws SQLException {
    return switch (filter) {
      case RowFilter.Listed l ->
          slices.count(key.from() + key.only(sql.condition(l)).within(null, upper));
      case RowFilter.Hashed h -> {
        if (all < 0) {
          all = slices.count(key.from() + key.within(null, upper));
        }
        yield all / h.filter().getBuckets();
      }
    };
  }
}
