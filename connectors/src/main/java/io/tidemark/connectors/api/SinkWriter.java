package io.tidemark.connectors.api;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import java.util.List;
import java.util.Optional;

/**
 * Writes the chunks of one claim, one transaction each. Used by one thread. {@code begin}, rows,
 * then {@code commit} or {@code abort}; a failed {@code begin} or {@code commit} wants {@code
 * abort} (a no-op where nothing is open).
 */
public interface SinkWriter extends AutoCloseable {

  /**
   * The progress that the sink itself holds of this partition, as found on opening: it wins over
   * the checkpoint's. Empty for sinks that keep none (then the checkpoint's files and cursor
   * count).
   */
  Optional<Progress> progress();

  /**
   * Starts a chunk and checks the fence, before any row is written.
   *
   * @return takes the chunk's rows
   * @throws io.tidemark.core.retry.FencedException if the claim is out of date
   */
  Rows begin() throws TaskException;

  /**
   * Commits the chunk's rows, the cursor and the totals together, or nothing.
   *
   * @param cursor where the next chunk starts
   * @param totals of the partition, this chunk included
   * @param last whether the partition is complete with this chunk
   * @return files that this chunk finished; empty for sinks without files
   * @throws TaskException the chunk may or may not have been committed if the reply was lost: open
   *     again and ask {@link #progress()}
   */
  List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last) throws TaskException;

  /**
   * Drops the open chunk, if there is one. Never throws: what cannot be undone now was not
   * committed.
   */
  void abort();

  /** Aborts what is open and releases the claim's resources. */
  @Override
  void close();

  /**
   * @param cursor where the next chunk starts
   * @param totals of the partition
   * @param complete whether the last chunk is in
   */
  record Progress(Cursor cursor, Totals totals, boolean complete) {}
}
