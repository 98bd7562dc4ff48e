package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.sql.Sql;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * The file that a table's rows lie in. Whatever moves all rows gives it another one: VACUUM FULL,
 * CLUSTER, TRUNCATE, REFRESH of a materialized view, an ALTER TABLE that rewrites.
 *
 * @param stream name of the table and numbers of its relation and file, as a descriptor names it
 * @param blocks blocks it has now
 * @param blockSize bytes of a block
 */
record TableFile(String stream, long blocks, int blockSize) {

  /**
   * Reads it and holds the table, so that it keeps the file until the transaction ends.
   *
   * @throws TaskException FATAL if the table has no file of its own
   */
  static TableFile hold(Connection connection, TableName table, PostgresErrors errors)
      throws SQLException, TaskException {
    // Whatever names the table locks it, before the first row is computed.
    String name = Sql.literal(table.sql()) + "::regclass";
    String sql =
        "SELECT "
            + name
            + "::oid, pg_relation_filenode("
            + name
            + "), pg_relation_size("
            + name
            + "), current_setting('block_size')::int, EXISTS (SELECT FROM "
            + table.sql()
            + " WHERE false)";
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      if (r.getString(2) == null) {
        throw errors.fatal("it has no file of its own to cut; cut it by key");
      }
      String stream = table + ", relation " + r.getLong(1) + ", file " + r.getLong(2);
      return new TableFile(stream, r.getLong(3) / r.getInt(4), r.getInt(4));
    }
  }

  /**
   * @param planned the stream of a slice
   * @throws TaskException FATAL if that is another file
   */
  void requireSame(String planned, PostgresErrors errors) throws TaskException {
    if (!stream.equals(planned)) {
      throw errors.fatal(
          "it was rewritten since the backfill was planned, and its rows lie in other blocks now"
              + " (planned: "
              + planned
              + "; now: "
              + stream
              + "): VACUUM FULL, CLUSTER, TRUNCATE, REFRESH and some ALTER TABLE do that. Plan it"
              + " again under a new name, with an emptied target or mode upsert, and keep those"
              + " away until it is done; or cut it by key");
    }
  }
}
