package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RecordRows;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;

/**
 * Writes chunks, each in one transaction. Where the sessions of stopped processes can be ended,
 * rows are sent as they come, behind a lock on the partition's progress row. Where not, they wait
 * here until the chunk is whole, so that nobody ever has to wait for a process that has stopped in
 * the middle of one.
 */
final class SqlWriter implements SinkWriter, RecordRows {

  private static final int MOST_ROWS = 2_000;
  private static final long MOST_BYTES = 4 << 20;

  private final SqlPool pool;
  private final SqlErrors errors;
  private final SqlProgress table;
  private final RowWriter rows;
  private final Claim claim;
  private final Progress found;
  private final boolean atOnce;
  private final List<Object[]> waiting = new ArrayList<>();
  private long bytes;
  private Connection connection;
  private boolean open;

  /**
   * @param connection its own from now on
   */
  SqlWriter(
      SqlPool pool,
      SqlErrors errors,
      Connection connection,
      SqlProgress table,
      RowWriter rows,
      Claim claim,
      Progress found) {
    this.pool = pool;
    this.errors = errors;
    this.connection = connection;
    this.table = table;
    this.rows = rows;
    this.claim = claim;
    this.found = found;
    this.atOnce = errors.dialect().endsSessions();
  }

  @Override
  public Optional<Progress> progress() {
    return Optional.of(found);
  }

  @Override
  public Rows begin() throws TaskException {
    if (open) {
      throw new IllegalStateException("the chunk before is still open");
    }
    if (connection == null) {
      throw new TaskException(
          FailureKind.UNAVAILABLE,
          "08003",
          errors.where() + ": the connection was lost; the sink must be opened again",
          null);
    }
    open = true;
    clear();
    try {
      // First of all, so that a claimant who is out of date writes nothing at all.
      table.lock(connection, claim);
      if (!atOnce) {
        connection.rollback();
      }
      return this;
    } catch (SQLException e) {
      throw errors.of("beginning a chunk", e);
    }
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    if (!open) {
      throw new IllegalStateException("no chunk is open");
    }
    Object[] values = rows.row(row);
    waiting.add(values);
    bytes += RowWriter.size(values);
    if (atOnce && (waiting.size() >= MOST_ROWS || bytes >= MOST_BYTES)) {
      try {
        send();
      } catch (SQLException e) {
        throw errors.of("writing rows", e);
      }
    }
  }

  private void send() throws SQLException {
    for (int from = 0; from < waiting.size(); from += MOST_ROWS) {
      rows.write(connection, waiting.subList(from, Math.min(waiting.size(), from + MOST_ROWS)));
    }
    clear();
  }

  private void clear() {
    waiting.clear();
    bytes = 0;
  }

  @Override
  public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last)
      throws TaskException {
    if (!open) {
      throw new IllegalStateException("no chunk is open");
    }
    String noting = "noting progress";
    String doing = noting;
    try {
      if (!atOnce) {
        table.touch(connection, claim);
      }
      doing = "writing rows";
      send();
      doing = noting;
      table.advance(connection, claim, new Progress(cursor, totals, last));
      doing = "committing a chunk";
      connection.commit();
      open = false;
      return List.of();
    } catch (SQLException e) {
      TaskException told = errors.of(doing, e);
      // No row is to blame for what the progress table does not take, such as a cursor too long.
      throw doing.equals(noting) && told.kind() == FailureKind.POISON
          ? new TaskException(FailureKind.FATAL, told.code(), told.getMessage(), e)
          : told;
    }
  }

  @Override
  public void abort() {
    if (!open) {
      return;
    }
    open = false;
    clear();
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The server drops the transaction with the session, which begin() will say is gone.
      pool.drop(connection);
      connection = null;
    }
  }

  @Override
  public void close() {
    abort();
    if (connection == null) {
      return;
    }
    try {
      errors.dialect().release(connection, table.name(), claim);
      connection.commit();
      pool.give(connection);
    } catch (SQLException e) {
      // It still holds the partition: it must not serve another one.
      pool.drop(connection);
    } finally {
      connection = null;
    }
  }
}
