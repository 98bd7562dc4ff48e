package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.OffsetRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.copy.CopyOut;

/**
 * A range of blocks. Each tuple comes with its id in front, which is taken off before the row is
 * handed on; the cursor is the id behind the last one, so that a chunk may end in mid-block, as the
 * search for a bad row wants it.
 */
final class StreamedBlocks implements Streamed {

  // Count of fields, then the length of the first, then the id.
  private static final int ID_AT = Short.BYTES + Integer.BYTES;
  private static final int ID_FIELD = Integer.BYTES + 6;

  private final SourceTable table;
  private final OffsetRange range;
  private final Form form;
  private long last;

  StreamedBlocks(SourceTable table, OffsetRange range, Form form) {
    this.table = table;
    this.range = range;
    this.form = form;
  }

  @Override
  public CopyOut copy(Connection connection, Cursor after) throws SQLException, TaskException {
    requireSame(connection);
    long from = after.offsetOr(range.getFrom());
    last = from - 1;
    try (Statement s = connection.createStatement()) {
      // An index may be cheaper where there is a condition, and gives another order.
      s.execute("SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off");
    }
    return SourceTable.copy(connection, query(table, form, from, range.getTo()));
  }

  /**
   * Holds the table as it is until the connection's transaction ends.
   *
   * @throws TaskException FATAL if its rows have moved to another file
   */
  void requireSame(Connection connection) throws SQLException, TaskException {
    TableFile.hold(connection, table.table().name(), table.errors())
        .requireSame(range.getStream(), table.errors());
  }

  /** Reads tuples from an id to before another one. */
  static String query(SourceTable table, Form form, long from, long to) {
    KeySql rows = BlockSlices.rows(table);
    return "SELECT ctid, " + table.expressions(form) + rows.from() + rows.placed(from, to);
  }

  @Override
  public BinaryTuples.Taker taker(Rows out) {
    BinaryTuples.Taker rest = table.taker(form, out);
    return (b, offset, length) -> {
      int fields = BigEndian.int16(b, offset) - 1;
      int at = offset + ID_FIELD;
      // Over the end of the id, which hold has read.
      BigEndian.put16(b, at, fields);
      rest.tuple(b, at, length - ID_FIELD);
    };
  }

  // Nothing that comes behind a cursor may lie before it, or a reader that goes on there misses it.
  @Override
  public boolean joins(byte[] b, int offset) throws TaskException {
    next(b, offset);
    return false;
  }

  @Override
  public void hold(byte[] b, int offset) throws TaskException {
    last = next(b, offset);
  }

  private long next(byte[] b, int offset) throws TaskException {
    long id = TupleId.read(b, offset + ID_AT);
    if (id <= last) {
      throw table
          .errors()
          .fatal(
              "its rows do not come in the order of its blocks, as they do where the server reads a"
                  + " range of tuple ids; cut it by key");
    }
    return id;
  }

  @Override
  public Cursor cursor() {
    return Cursor.of(last + 1);
  }
}
