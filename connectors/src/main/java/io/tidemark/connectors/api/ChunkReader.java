package io.tidemark.connectors.api;

import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;

/** Reads one slice chunk by chunk. Used by one thread; holds at most a chunk's buffers. */
public interface ChunkReader extends AutoCloseable {

  /**
   * Reads the chunk that starts behind {@code after} and hands its rows to {@code out}. Every row
   * of the slice is in exactly one chunk, whatever sizes are asked for and whichever reader,
   * process or attempt continues from the cursor that this returns. Rows that share their key with
   * the last row of a chunk belong to that chunk.
   *
   * @param after {@link Cursor#START} or a cursor that an earlier call returned
   * @param size bounds of the chunk
   * @return where it ended
   * @throws TaskException the chunk was not read; the caller rolls back what {@code out} took. A
   *     failed read is never an empty chunk
   */
  ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException;

  /** Aborts a read that runs in another thread, if it can; that read then fails. */
  default void cancel() {}

  @Override
  void close();

  /**
   * @param cursor where the next chunk starts; unchanged if the chunk was empty
   * @param last true if no row of the slice lies behind the cursor
   */
  record ChunkEnd(Cursor cursor, boolean last) {}
}
