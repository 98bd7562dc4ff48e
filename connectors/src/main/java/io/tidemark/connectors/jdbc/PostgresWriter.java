package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Writes chunks by COPY, each in one transaction that locks the partition's progress row first. */
final class PostgresWriter implements SinkWriter, Rows {

  private static final int FLUSH = 1 << 16;
  private static final byte[] TRAILER = {-1, -1};

  private final PostgresPool pool;
  private final PostgresErrors errors;
  private final ProgressTable table;
  private final Target target;
  private final Claim claim;
  private final Progress found;
  private final Form form;
  private final String[] columns;
  private final CopyText text;
  private final Optional<CopyRecords> records;
  private final boolean binary;
  private final byte[] buffer = new byte[FLUSH];
  private int buffered;
  private Connection connection;
  private CopyIn copy;
  private boolean open;
  private boolean released;

  /**
   * @param connection its own from now on
   */
  PostgresWriter(
      PostgresPool pool,
      PostgresErrors errors,
      Connection connection,
      ProgressTable table,
      Target target,
      Claim claim,
      Progress found,
      SourceShape source,
      RowFormat format)
      throws TaskException {
    this.pool = pool;
    this.errors = errors;
    this.connection = connection;
    this.table = table;
    this.target = target;
    this.claim = claim;
    this.found = found;
    this.form = Form.of(format);
    this.text = new CopyText(errors);
    this.columns = target.columns().toArray(new String[0]);
    this.records =
        form == Form.RECORDS
            ? Optional.of(new CopyRecords(target, source, text, errors))
            : Optional.empty();
    this.binary = form == Form.BINARY || records.map(CopyRecords::isBinary).orElse(false);
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
    buffered = 0;
    text.clear();
    records.ifPresent(r -> r.tuples().clear());
    try {
      // First of all, so that a claimant who is out of date writes nothing at all.
      table.lock(connection, claim);
      copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(target.copy(binary));
      if (binary) {
        append(BinaryTuples.HEADER, 0, BinaryTuples.HEADER.length);
      }
      return this;
    } catch (SQLException e) {
      throw errors.of("beginning a chunk", e);
    }
  }

  @Override
  public void record(GenericRecord row) throws TaskException {
    if (records.isEmpty()) {
      throw new IllegalStateException("rows of a native format were agreed on");
    }
    records.get().add(row);
    if (records.get().tuples().length() + text.length() >= FLUSH) {
      flush();
    }
  }

  @Override
  public void refused(GenericRecord row, TaskException why) throws TaskException {
    throw why;
  }

  private void endRow() throws TaskException {
    text.endRow();
    if (text.length() >= FLUSH) {
      flush();
    }
  }

  @Override
  public void bytes(byte[] row, int offset, int length) throws TaskException {
    switch (form) {
      case BINARY -> append(row, offset, length);
      case TEXT -> {
        int at = offset + 2;
        for (int i = 0; i < columns.length; i++) {
          int size = BigEndian.int32(row, at);
          at += 4;
          if (size < 0) {
            text.nullField();
          } else {
            text.field(row, at, size);
            at += size;
          }
        }
        endRow();
      }
      case RECORDS -> throw new IllegalStateException("records were agreed on");
    }
  }

  private void append(byte[] bytes, int offset, int length) throws TaskException {
    if (buffered + length > buffer.length) {
      flush();
    }
    if (length > buffer.length) {
      send(bytes, offset, length);
    } else {
      System.arraycopy(bytes, offset, buffer, buffered, length);
      buffered += length;
    }
  }

  private void flush() throws TaskException {
    send(buffer, 0, buffered);
    buffered = 0;
    send(text.buffer(), 0, text.length());
    text.clear();
    if (records.isPresent()) {
      CopyBinary tuples = records.get().tuples();
      send(tuples.buffer(), 0, tuples.length());
      tuples.clear();
    }
  }

  private void send(byte[] bytes, int offset, int length) throws TaskException {
    if (length == 0) {
      return;
    }
    if (copy == null) {
      throw new IllegalStateException("no chunk is open");
    }
    try {
      copy.writeToCopy(bytes, offset, length);
    } catch (SQLException e) {
      throw errors.of("writing rows", e);
    }
  }

  @Override
  public List<CommittedFile> commit(Cursor cursor, Totals totals, boolean last)
      throws TaskException {
    finishRows();
    advance(new Progress(cursor, totals, last));
    end(last);
    return List.of();
  }

  /** The commit's first step: all rows are in the target, uncommitted. */
  void finishRows() throws TaskException {
    if (!open || copy == null) {
      throw new IllegalStateException("no chunk is open");
    }
    if (binary) {
      flush();
      append(TRAILER, 0, TRAILER.length);
    }
    flush();
    try {
      copy.endCopy();
      copy = null;
      if (target.staged()) {
        try (Statement s = connection.createStatement()) {
          s.execute(target.merge());
        }
      }
    } catch (SQLException e) {
      throw errors.of("writing rows", e);
    }
  }

  /** Its second step: cursor and totals as well. */
  void advance(Progress progress) throws TaskException {
    try {
      table.advance(connection, claim, progress);
    } catch (SQLException e) {
      throw errors.of("noting progress", e);
    }
  }

  /** Its last step: all of it becomes durable and visible. */
  void end(boolean last) throws TaskException {
    try {
      connection.commit();
      open = false;
      released = last;
    } catch (SQLException e) {
      throw errors.of("committing a chunk", e);
    }
  }

  @Override
  public void abort() {
    if (!open) {
      return;
    }
    open = false;
    try {
      if (copy != null && copy.isActive()) {
        copy.cancelCopy();
      }
      connection.rollback();
    } catch (SQLException e) {
      // The server drops the transaction with the session, which begin() will say is gone.
      pool.drop(connection);
      connection = null;
    } finally {
      copy = null;
    }
  }

  @Override
  public void close() {
    abort();
    if (connection == null) {
      return;
    }
    try {
      if (!released) {
        table.release(connection, claim);
        connection.commit();
      }
      pool.give(connection);
    } catch (SQLException e) {
      // The row still names this session as the claimant's: it must not serve another partition.
      pool.drop(connection);
    } finally {
      connection = null;
    }
  }
}
