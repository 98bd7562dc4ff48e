package io.tidemark.connectors.api;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Where rows come from. One instance serves one backfill in one process; all methods may be called
 * from several threads, and each {@link ChunkReader} from one. Sources are only ever read: nothing
 * here may write to them.
 */
public interface Source extends AutoCloseable {

  /** Columns and key, read once from the source and cached. */
  SourceShape shape() throws TaskException;

  /** Formats it can deliver, best first; {@link RowFormat#RECORDS} is always among them. */
  List<RowFormat> formats() throws TaskException;

  /**
   * Cuts the source into disjoint slices that together cover it, in a fixed order: the same source,
   * unchanged, gives the same slices. Never sorts the whole source.
   *
   * @param after the last slice of an earlier, interrupted call: goes on behind it
   * @param out takes each slice as it is found
   */
  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException;

  /**
   * Opens a slice for reading.
   *
   * @throws TaskException FATAL if the source no longer is what was planned (a file that changed, a
   *     column that went)
   */
  ChunkReader open(Slice slice, RowFormat format) throws TaskException;

  /**
   * What a plan tells the user about how it cuts and reads: one line each, such as the statements
   * used. Behind {@link #split}, how that one cut.
   *
   * @param format the one that rows would travel in
   */
  List<String> explain(RowFormat format) throws TaskException;

  /**
   * Why rows cannot travel in a better format than the first of {@link #formats}: a line each, such
   * as a column whose type has none. Empty: nothing to tell.
   */
  default List<String> obstacles() throws TaskException {
    return List.of();
  }

  /** Whom to ask how it bears its load; empty: it cannot be asked. */
  default Optional<Probing> probing() {
    return Optional.empty();
  }

  @Override
  void close();
}
