package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import org.postgresql.copy.CopyOut;

/**
 * Reads a slice through one COPY in the order of its cursors and cuts it into chunks as it comes:
 * the server reads ahead into the socket's buffers while a chunk is being committed, and nobody has
 * to look for a chunk's end. For slices whose tuples show where they are ({@link Streamed}); others
 * are read by {@link PostgresChunkReader}.
 *
 * <p>A stream is one snapshot. It is left for a new one behind the cursor when it has grown old, so
 * that the source's vacuum is not held up for as long as a large slice takes.
 */
final class PostgresStreamReader implements ChunkReader {

  private static final Duration OLDEST = Duration.ofSeconds(60);

  private final PostgresPool pool;
  private final PostgresErrors errors;
  private final Streamed slice;
  private volatile Connection connection;
  private CopyOut copy;
  private BinaryTuples tuples;
  private long opened;
  private Cursor position = Cursor.START;
  private byte[] ahead = new byte[0];
  private int aheadLength;
  private Chunk chunk;

  PostgresStreamReader(PostgresPool pool, PostgresErrors errors, Streamed slice)
      throws TaskException {
    this.pool = pool;
    this.errors = errors;
    this.slice = slice;
    this.connection = pool.take();
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    boolean done = false;
    try {
      if (copy == null
          || !after.equals(position)
          || System.nanoTime() - opened > OLDEST.toNanos()) {
        leave();
        enter(after);
      }
      chunk = new Chunk(size, out);
      chunk.takeAhead();
      while (!chunk.full && !tuples.complete()) {
        byte[] piece = copy.readFromCopy();
        if (piece == null) {
          throw SourceTable.cutShort();
        }
        tuples.feed(piece, piece.length);
      }
      boolean atEnd = !chunk.full;
      Cursor end = chunk.rows == 0 ? after : slice.cursor();
      if (atEnd) {
        leave();
      }
      position = end;
      done = true;
      return new ChunkEnd(end, atEnd);
    } catch (SQLException e) {
      throw errors.of("reading behind " + after, e);
    } finally {
      chunk = null;
      if (!done) {
        drop();
      }
    }
  }

  private void enter(Cursor after) throws SQLException, TaskException {
    if (connection == null) {
      connection = pool.take();
    }
    copy = slice.copy(connection, after);
    tuples = new BinaryTuples(this::tuple);
    aheadLength = 0;
    opened = System.nanoTime();
  }

  private void tuple(byte[] b, int offset, int length) throws TaskException {
    chunk.tuple(b, offset, length);
  }

  // Ends the stream, wherever it is, and its snapshot.
  private void leave() throws SQLException {
    if (copy == null) {
      return;
    }
    if (!tuples.complete()) {
      // Nothing else makes a server stop at once and for sure.
      drop();
      return;
    }
    while (copy.readFromCopy() != null) {
      // Nothing comes behind the end mark but the server's word that this was all.
    }
    copy = null;
    connection.rollback();
  }

  private void drop() {
    copy = null;
    Connection broken = connection;
    connection = null;
    if (broken != null) {
      pool.drop(broken);
    }
  }

  /** A chunk in the making. */
  private final class Chunk {
    private final ChunkSize size;
    private final BinaryTuples.Taker taker;
    private long rows;
    private long bytes;
    private boolean full;

    Chunk(ChunkSize size, Rows out) {
      this.size = size;
      this.taker = slice.taker(out);
    }

    void tuple(byte[] b, int offset, int length) throws TaskException {
      boolean reached = full || rows >= size.rows() || (rows > 0 && bytes >= size.bytes());
      if (reached && (full || !slice.joins(b, offset))) {
        full = true;
        keep(b, offset, length);
        return;
      }
      slice.hold(b, offset);
      rows++;
      bytes += length;
      taker.tuple(b, offset, length);
    }

    private void keep(byte[] b, int offset, int length) {
      if (aheadLength + length > ahead.length) {
        ahead = Arrays.copyOf(ahead, Math.max(aheadLength + length, ahead.length * 2));
      }
      System.arraycopy(b, offset, ahead, aheadLength, length);
      aheadLength += length;
    }

    /** Takes what came behind the end of the chunk before. */
    void takeAhead() throws TaskException {
      byte[] before = ahead;
      int length = aheadLength;
      aheadLength = 0;
      int at = 0;
      while (at < length) {
        int end = BinaryTuples.end(before, at);
        // Kept again, it moves to the front, which has been read.
        tuple(before, at, end - at);
        at = end;
      }
    }
  }

  @Override
  public void cancel() {
    pool.cancel(connection);
  }

  @Override
  public void close() {
    if (copy != null) {
      drop();
    } else if (connection != null) {
      pool.give(connection);
      connection = null;
    }
  }
}
