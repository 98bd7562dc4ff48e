package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.core.lifecycle.Slice;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table into windows of time, by asking the index for the next time behind each window: a
 * window without rows is no slice, its time belongs to the next one. A window [from, to) is the
 * range (the last value before from, the last value before to], which is the same since times are
 * whole microseconds and dates whole days. Order of slices: open below, …, up to the largest key
 * there is now; infinite times by themselves, or with a tail in that, since it must begin ahead of
 * them to take what comes up later; the tail, open above; the rows with a NULL key.
 */
final class TimeSplitter {

  /** Ahead of every time but one. */
  private static final List<String> FIRST = List.of("-infinity");

  private final KeySql key;
  private final Slicing slices;
  private final Cut.ByTime cut;
  private final boolean tail;

  TimeSplitter(Slicing slices, Cut.ByTime cut, boolean tail) {
    this.key = slices.key();
    this.slices = slices;
    this.cut = cut;
    this.tail = tail;
  }

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException {
    slices.ranges(
        after,
        this::walk,
        tail ? Optional.of(lower -> slices.range(lower, null)) : Optional.empty(),
        out);
  }

  // Returns the last slice's upper key.
  private List<String> walk(List<String> start, Consumer<PlannedSlice> out) throws SQLException {
    KeySql walked = tail ? key.only(finite()) : key;
    List<List<String>> largest = slices.keys(walked.largest(start));
    if (largest.isEmpty()) {
      return start;
    }
    List<String> last = largest.get(0);
    List<String> lower = start;
    Optional<Instant> end = end(lower, last);
    while (end.isPresent()) {
      List<String> upper = List.of(TimeText.before(end.get(), type()));
      out.accept(slices.range(lower, upper));
      lower = upper;
      end = end(lower, last);
    }
    out.accept(slices.range(lower, last));
    return last;
  }

  // The end of the window of the next time; empty: the largest key is in it, or all are infinite.
  private Optional<Instant> end(List<String> lower, List<String> last) throws SQLException {
    List<List<String>> next = slices.keys(key.nth(lower == null ? FIRST : lower, last, 1, 1));
    Optional<Instant> end =
        next.isEmpty()
            ? Optional.empty()
            : TimeText.instant(next.get(0).get(0)).map(cut.windows()::end).map(this::possible);
    return end.filter(e -> TimeText.instant(last.get(0)).map(t -> !t.isBefore(e)).orElse(true));
  }

  private Instant possible(Instant end) {
    Instant most = TimeText.end(type());
    return end.isAfter(most) ? most : end;
  }

  private String finite() {
    return key.table().sql() + "." + Sql.ident(key.key().get(0).name()) + " < 'infinity'";
  }

  private String type() {
    return key.key().get(0).type().base();
  }
}
