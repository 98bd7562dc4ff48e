package io.tidemark.connectors.api;

import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import java.nio.ByteBuffer;

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

  /**
   * Passes over one record that {@link #read} refused as POISON, so that the rest of the slice can
   * be read.
   *
   * @param after the cursor that the failed read was given; the bad record is the first behind it
   * @throws TaskException FATAL if records of this kind of source are never passed over
   */
  default Passed pass(Cursor after) throws TaskException {
    throw TaskException.fatal("a record behind " + after + " cannot be read, nor passed over");
  }

  /** Aborts a read that runs in another thread, if it can; that read then fails. */
  default void cancel() {}

  @Override
  void close();

  /**
   * @param cursor where the next chunk starts; unchanged if the chunk was empty
   * @param last true if no row of the slice lies behind the cursor
   */
  record ChunkEnd(Cursor cursor, boolean last) {}

  /**
   * A record that was passed over.
   *
   * @param raw its bytes as they stand in the source
   * @param end where it ended
   */
  record Passed(ByteBuffer raw, ChunkEnd end) {}
}
