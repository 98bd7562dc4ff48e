package io.tidemark.core.worker;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.RecordBounds;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.ArrayList;
import java.util.List;

/**
 * How far a partition is.
 *
 * @param cursor where the next chunk starts
 * @param totals what was committed before it
 * @param files files committed before it, for file sinks
 */
public record Point(Cursor cursor, Totals totals, List<CommittedFile> files) {

  public static final Point START = new Point(Cursor.START, Totals.ZERO, List.of());

  public Point {
    files = List.copyOf(files);
  }

  /** The point that a checkpoint tells. */
  public static Point of(Checkpoint c) {
    return new Point(
        new Cursor(c.getCursor()),
        new Totals(
            c.getRows(),
            c.getBytes(),
            c.getDigest().getSum(),
            c.getDigest().getDomain(),
            c.getChunks(),
            c.getDeadLetters()),
        c.getFiles());
  }

  /** Whether a checkpoint can tell it: {@link RecordBounds}. */
  boolean fits() {
    return RecordBounds.fits(cursor, files);
  }

  /** Whether less was committed here than at the other. */
  public boolean isBehind(Point other) {
    return totals.rows() < other.totals.rows() || totals.chunks() < other.totals.chunks();
  }

  /** The point after one more chunk. */
  public Point after(Cursor next, Totals now, List<CommittedFile> more) {
    if (more.isEmpty()) {
      return new Point(next, now, files);
    }
    List<CommittedFile> all = new ArrayList<>(files);
    all.addAll(more);
    return new Point(next, now, all);
  }
}
