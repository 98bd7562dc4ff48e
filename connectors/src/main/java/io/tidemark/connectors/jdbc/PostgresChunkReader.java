package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.postgresql.copy.CopyOut;

/**
 * Reads a range of keys that rows do not show, or those with a NULL. A chunk is one snapshot of two
 * statements: the first asks the index for the n-th key behind the cursor, the second copies
 * everything up to that key. So duplicates of a key stay together, any collation is right since the
 * database compares, and nothing is sorted.
 *
 * <p>Bounds: rows exactly (and what shares the last key); bytes approximately, as n is lowered by
 * the mean width of the rows seen so far. Rows with a NULL key have no order and are one chunk.
 */
final class PostgresChunkReader implements ChunkReader {

  /** Where the slice of the NULL keys ends. */
  private static final Cursor AFTER_NULLS = Cursor.of("NULL");

  private final PostgresPool pool;
  private final PostgresErrors errors;
  private final SourceTable table;
  private final KeySql key;
  private final KeyRange range;
  private final Form form;
  private double width;
  private volatile Connection connection;

  PostgresChunkReader(
      PostgresPool pool,
      PostgresErrors errors,
      SourceTable table,
      KeySql key,
      KeyRange range,
      Form form)
      throws TaskException {
    this.pool = pool;
    this.errors = errors;
    this.table = table;
    this.key = key;
    this.range = range;
    this.form = form;
    this.width = table.table().tuples() > 0 ? table.table().bytes() / table.table().tuples() : 0;
    this.connection = pool.take();
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    if (connection == null) {
      connection = pool.take();
    }
    boolean done = false;
    try {
      ChunkEnd end = range.getNullKeys() ? nulls(after, out) : keyed(after, size, out);
      connection.commit();
      done = true;
      return end;
    } catch (SQLException e) {
      throw errors.of("reading behind " + after, e);
    } finally {
      if (!done) {
        // Half read: the next call gets a connection that owes nothing.
        pool.drop(connection);
        connection = null;
      }
    }
  }

  private ChunkEnd nulls(Cursor after, Rows out) throws SQLException, TaskException {
    if (!after.isStart()) {
      return new ChunkEnd(after, true);
    }
    long rows = copy(key.nulls(), out);
    return new ChunkEnd(rows == 0 ? after : AFTER_NULLS, true);
  }

  private ChunkEnd keyed(Cursor after, ChunkSize size, Rows out)
      throws SQLException, TaskException {
    List<String> lower = after.isStart() ? range.getLower() : after.parts();
    List<String> upper = range.getUpper();
    List<List<String>> keys = keys(key.nth(lower, upper, rows(size), 2));
    boolean last = keys.size() < 2;
    if (!last && keys.get(0).equals(keys.get(1))) {
      last = keys(key.nth(keys.get(0), upper, 1, 1)).isEmpty();
    }
    List<String> end;
    if (!last) {
      end = keys.get(0);
    } else if (upper != null) {
      end = upper;
    } else {
      List<List<String>> largest = keys(key.largest(lower));
      if (largest.isEmpty()) {
        return new ChunkEnd(after, true);
      }
      end = largest.get(0);
    }
    long rows = copy(key.within(lower, end), out);
    return new ChunkEnd(rows == 0 ? after : new Cursor(end), last);
  }

  private long rows(ChunkSize size) {
    return width <= 1
        ? size.rows()
        : Math.max(1, Math.min(size.rows(), (long) Math.ceil(size.bytes() / width)));
  }

  private List<List<String>> keys(String sql) throws SQLException {
    return Queries.texts(connection, sql, key.key().size());
  }

  // Returns the rows copied.
  private long copy(String condition, Rows out) throws SQLException, TaskException {
    BinaryTuples tuples = new BinaryTuples(table.taker(form, out));
    long bytes = 0;
    CopyOut copy = table.copy(connection, form, key, condition);
    for (byte[] piece = copy.readFromCopy(); piece != null; piece = copy.readFromCopy()) {
      bytes += piece.length;
      tuples.feed(piece, piece.length);
    }
    if (!tuples.complete()) {
      throw SourceTable.cutShort();
    }
    if (tuples.count() > 0) {
      width = (double) bytes / tuples.count();
    }
    return tuples.count();
  }

  @Override
  public void cancel() {
    pool.cancel(connection);
  }

  @Override
  public void close() {
    if (connection != null) {
      pool.give(connection);
      connection = null;
    }
  }
}
