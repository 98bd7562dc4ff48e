package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.postgresql.copy.CopyOut;

/** A range of keys, in their order. */
record StreamedKeys(SourceTable table, KeySql key, KeyRange range, Form form, TupleKey last)
    implements Streamed {

  private static final int SILENCE_MS = (int) Duration.ofHours(6).toMillis();

  @Override
  public CopyOut copy(Connection connection, Cursor after) throws SQLException {
    if (range.getFilter() != null) {
      // A rare value may be behind many rows that the server passes over without a word.
      connection.setNetworkTimeout(Runnable::run, SILENCE_MS);
    }
    List<String> lower = after.isStart() ? range.getLower() : after.parts();
    return table.copy(connection, form, key, key.within(lower, range.getUpper()) + key.order());
  }

  @Override
  public BinaryTuples.Taker taker(Rows out) {
    return table.taker(form, out);
  }

  @Override
  public boolean joins(byte[] b, int offset) {
    return last.same(b, offset);
  }

  @Override
  public void hold(byte[] b, int offset) {
    last.hold(b, offset);
  }

  @Override
  public Cursor cursor() {
    return new Cursor(last.texts());
  }
}
