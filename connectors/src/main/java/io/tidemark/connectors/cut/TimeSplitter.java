package io.tidemark.connectors.cut;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table into windows of time, by asking the index for the next time behind each window: a
 * window without rows is no slice, its time belongs to the next one. A window [from, to) is the
 * range (the last value before from, the last value before to], which is the same since a column
 * holds times of so many digits and no finer. Order of slices: open below, …, up to the largest key
 * there is now; infinite times by themselves, or with a tail in that, since it must begin ahead of
 * them to take what comes up later; the tail, open above; the rows with a NULL key.
 */
public final class TimeSplitter {

  /** How every database that knows it writes the time ahead of all others. */
  private static final String FIRST = "-infinity";

  private final KeyWalk key;
  private final Slicing slices;
  private final Cut.ByTime cut;
  private final boolean tail;

  /**
   * @param key begins with the column of the time
   * @param tail whether a last slice takes times that appear after planning
   */
  public TimeSplitter(KeyWalk key, Cut.ByTime cut, boolean tail) {
    this.key = key;
    this.slices = new Slicing(key);
    this.cut = cut;
    this.tail = tail;
  }

  /** Slices behind where an interrupted planner ended. */
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    slices.ranges(
        after,
        this::walk,
        tail ? Optional.of(lower -> slices.range(lower, null)) : Optional.empty(),
        out);
  }

  // Returns the last slice's upper key.
  private List<String> walk(List<String> start, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    Optional<List<String>> largest = key.largest(start);
    if (tail && largest.isPresent() && isLast(largest.get())) {
      largest = key.largest(start, largest.get().getFirst());
    }
    if (largest.isEmpty()) {
      return start;
    }
    List<String> last = largest.get();
    List<String> lower = start;
    Optional<Instant> end = end(lower, last);
    while (end.isPresent()) {
      List<String> upper = List.of(key.before(end.get()));
      out.accept(slices.range(lower, upper));
      lower = upper;
      end = end(lower, last);
    }
    out.accept(slices.range(lower, last));
    return last;
  }

  private boolean isLast(List<String> found) {
    return key.time(found.getFirst()).isEmpty() && !found.getFirst().equals(FIRST);
  }

  // The end of the window of the next time; empty: the largest key is in it, or all are infinite.
  private Optional<Instant> end(List<String> lower, List<String> last)
      throws SQLException, TaskException {
    Optional<List<String>> next = key.next(lower, last);
    if (next.isPresent() && next.get().getFirst().equals(FIRST)) {
      next = key.next(List.of(FIRST), last);
    }
    Optional<Instant> end = next.flatMap(n -> key.time(n.getFirst())).map(cut.windows()::end);
    return end.filter(e -> key.time(last.getFirst()).map(t -> !t.isBefore(e)).orElse(true));
  }
}
