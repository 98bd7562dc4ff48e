package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Rows;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.copy.CopyOut;

/** A slice that one COPY gives in the order of its cursors. Used by one reader. */
interface Streamed {

  /**
   * Starts it in the connection's transaction.
   *
   * @throws TaskException FATAL if the table no longer is what was planned
   */
  CopyOut copy(Connection connection, Cursor after) throws SQLException, TaskException;

  /** Hands on its tuples as rows; may write to a tuple's buffer. */
  BinaryTuples.Taker taker(Rows out);

  /** Whether a tuple belongs to the chunk of the one that is held, however full that is. */
  boolean joins(byte[] b, int offset) throws TaskException;

  /** Holds where a tuple is, apart from it. */
  void hold(byte[] b, int offset) throws TaskException;

  /** The cursor behind the tuple that is held. */
  Cursor cursor();
}
