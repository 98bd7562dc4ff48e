package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Rows;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * Reads a range of keys. Where no two rows have the same key, a chunk is one query in the key's
 * order, which ends where the chunk is full. Where they may, one query asks for the n-th key behind
 * the cursor, and a second one for all rows up to that key, as only the database knows which keys
 * are equal. Rows with a NULL in the key have no order and are one chunk.
 */
final class SqlChunkReader implements ChunkReader {

  /** Where the slice of the NULL keys ends. */
  private static final Cursor AFTER_NULLS = Cursor.of("NULL");

  private final SqlPool pool;
  private final SqlErrors errors;
  private final ReadTable table;
  private final KeyRead read;
  private final KeyRange range;
  private final RowReader rows;
  private double width;
  private Connection connection;
  private volatile Statement running;

  SqlChunkReader(SqlPool pool, SqlErrors errors, ReadTable table, KeyRange range)
      throws TaskException {
    this.pool = pool;
    this.errors = errors;
    this.table = table;
    this.read = RowFilter.of(range).map(table.read()::only).orElse(table.read());
    this.range = range;
    this.rows = new RowReader(table, errors);
    this.connection = pool.take();
  }

  @Override
  public ChunkEnd read(Cursor after, ChunkSize size, Rows out) throws TaskException {
    if (connection == null) {
      connection = pool.take();
    }
    boolean done = false;
    try {
      ChunkEnd end;
      if (range.getNullKeys()) {
        end = nulls(after, out);
      } else {
        end = table.unique() ? ordered(after, size, out) : grouped(after, size, out);
      }
      // The next chunk sees what is there by then.
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

  private List<String> lower(Cursor after) {
    return after.isStart() ? range.getLower() : after.parts();
  }

  private ChunkEnd ordered(Cursor after, ChunkSize size, Rows out)
      throws SQLException, TaskException {
    // More than an int counts is refused by some.
    long most = Math.min(Integer.MAX_VALUE - 1, bound(size));
    // One more tells whether there is more.
    KeyRead.Query query = read.within(rows.select(), lower(after), range.getUpper(), 0, most + 1);
    long count = 0;
    long bytes = 0;
    boolean more = false;
    try (PreparedStatement s = prepared(query);
        ResultSet r = s.executeQuery()) {
      while (r.next()) {
        if (count == most || bytes >= size.bytes()) {
          more = true;
          break;
        }
        bytes += rows.give(r, out);
        count++;
      }
    } finally {
      running = null;
    }
    measure(bytes, count);
    return new ChunkEnd(count == 0 ? after : new Cursor(rows.lastKey()), !more);
  }

  private ChunkEnd grouped(Cursor after, ChunkSize size, Rows out)
      throws SQLException, TaskException {
    List<String> lower = lower(after);
    List<String> upper = range.getUpper();
    Optional<List<String>> nth = key(read.within(read.keys(), lower, upper, bound(size) - 1, 1));
    Optional<List<String>> end = nth.isPresent() ? nth : Optional.ofNullable(upper);
    if (end.isEmpty()) {
      end = key(read.largest(lower, null));
    }
    if (end.isEmpty()) {
      return new ChunkEnd(after, true);
    }
    long count = copy(read.within(rows.select(), lower, end.get(), 0, 0), out);
    boolean last = nth.isEmpty() || key(read.within(read.keys(), end.get(), upper, 0, 1)).isEmpty();
    return new ChunkEnd(count == 0 ? after : new Cursor(end.get()), last);
  }

  private ChunkEnd nulls(Cursor after, Rows out) throws SQLException, TaskException {
    if (!after.isStart()) {
      return new ChunkEnd(after, true);
    }
    long count = copy(read.nulls(rows.select()), out);
    return new ChunkEnd(count == 0 ? after : AFTER_NULLS, true);
  }

  // Returns the rows given.
  private long copy(KeyRead.Query query, Rows out) throws SQLException, TaskException {
    long count = 0;
    long bytes = 0;
    try (PreparedStatement s = prepared(query);
        ResultSet r = s.executeQuery()) {
      while (r.next()) {
        bytes += rows.give(r, out);
        count++;
      }
    } finally {
      running = null;
    }
    measure(bytes, count);
    return count;
  }

  private Optional<List<String>> key(KeyRead.Query query) throws SQLException, TaskException {
    try (PreparedStatement s = prepared(query);
        ResultSet r = s.executeQuery()) {
      return r.next() ? Optional.of(read.texts(r)) : Optional.empty();
    } catch (UnreadableException e) {
      throw errors.fatal("its key " + e.getMessage() + "; cut it by other columns");
    } finally {
      running = null;
    }
  }

  // What the driver holds of it at once is bounded by the rows that it has.
  private PreparedStatement prepared(KeyRead.Query query) throws SQLException {
    PreparedStatement s = connection.prepareStatement(query.toString());
    try {
      s.setFetchSize(errors.dialect().fetch());
      query.bind(s);
      running = s;
      return s;
    } catch (SQLException e) {
      s.close();
      throw e;
    }
  }

  private void measure(long bytes, long count) {
    if (count > 0) {
      width = (double) bytes / count;
    }
  }

  private long bound(ChunkSize size) {
    return width <= 1
        ? size.rows()
        : Math.max(1, Math.min(size.rows(), (long) Math.ceil(size.bytes() / width)));
  }

  @Override
  public void cancel() {
    Statement statement = running;
    if (statement != null) {
      try {
        statement.cancel();
      } catch (SQLException e) {
        // It has just ended: nothing runs there for us.
        running = null;
      }
    }
  }

  @Override
  public void close() {
    if (connection != null) {
      pool.give(connection);
      connection = null;
    }
  }
}
