package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.SinkWriter.Progress;
import io.tidemark.connectors.sql.Sql;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * {@code tidemark_progress}, beside the target table: one row for each partition, written in the
 * transaction of the rows it tells of. It is the fence as well: {@link #lock} and {@link #advance}
 * want the row to hold the claim's own, and {@link #claim} only ever raises it.
 *
 * @param name where it is
 */
record ProgressTable(TableName name) {

  // Low fill factor: each chunk updates a row, which should find room on its page (HOT).
  private static final String DDL =
      """
      CREATE TABLE IF NOT EXISTS %s (
        partition text PRIMARY KEY,
        backfill text NOT NULL,
        fence bigint NOT NULL,
        cursor text[] NOT NULL DEFAULT '{}',
        rows bigint NOT NULL DEFAULT 0,
        bytes bigint NOT NULL DEFAULT 0,
        digest_sum bigint NOT NULL DEFAULT 0,
        digest_domain text NOT NULL DEFAULT '',
        chunks bigint NOT NULL DEFAULT 0,
        dead_letters bigint NOT NULL DEFAULT 0,
        complete boolean NOT NULL DEFAULT false,
        worker text NOT NULL,
        backend_pid int,
        backend_start timestamptz,
        updated_at timestamptz NOT NULL
      ) WITH (fillfactor = 50)
      """;

  private static final String HOLDER =
      """
      SELECT p.fence, a.pid FROM %s p
      LEFT JOIN pg_catalog.pg_stat_activity a
        ON a.pid = p.backend_pid AND a.backend_start = p.backend_start AND a.pid <> pg_backend_pid()
      WHERE p.partition = ?
      """;

  private static final String CLAIM =
      """
      INSERT INTO %s AS p
        (partition, backfill, fence, worker, backend_pid, backend_start, updated_at)
      SELECT ?, ?, ?, ?, a.pid, a.backend_start, clock_timestamp()
      FROM pg_catalog.pg_stat_activity a WHERE a.pid = pg_backend_pid()
      ON CONFLICT (partition) DO UPDATE SET
        fence = excluded.fence, worker = excluded.worker, backend_pid = excluded.backend_pid,
        backend_start = excluded.backend_start, updated_at = excluded.updated_at
      WHERE p.fence <= excluded.fence
      RETURNING cursor, rows, bytes, digest_sum, digest_domain, chunks, dead_letters, complete
      """;

  private static final String ADVANCE =
      """
      UPDATE %s SET cursor = ?, rows = ?, bytes = ?, digest_sum = ?, digest_domain = ?, chunks = ?,
        dead_letters = ?, complete = ?, updated_at = clock_timestamp(),
        backend_pid = CASE WHEN ? THEN NULL ELSE backend_pid END
      WHERE partition = ? AND fence = ?
      """;

  private static final String RELEASE =
      "UPDATE %s SET backend_pid = NULL, backend_start = NULL WHERE partition = ? AND fence = ?"
          + " AND backend_pid = pg_backend_pid()";

  /** The progress table beside a target table. */
  static ProgressTable beside(TableName target) {
    return new ProgressTable(new TableName(target.schema(), "tidemark_progress"));
  }

  /** Creates it if it is missing. The caller commits, and keeps others from doing the same. */
  void create(Connection connection) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute(sql(DDL));
      if (!hasDeadLetters(s)) {
        // Made before there were dead letters. Asked first, because the lock would wait for all.
        s.execute(sql("ALTER TABLE %s ADD COLUMN dead_letters bigint NOT NULL DEFAULT 0"));
      }
    }
  }

  private boolean hasDeadLetters(Statement s) throws SQLException {
    try (ResultSet r =
        s.executeQuery(
            "SELECT 1 FROM pg_catalog.pg_attribute WHERE attname = 'dead_letters' AND attrelid = "
                + Sql.literal(name.sql())
                + "::regclass")) {
      return r.next();
    }
  }

  /** Partitions of a backfill that it tells of, a count. */
  long partitions(Connection connection, String backfill) throws SQLException {
    try (PreparedStatement s =
        connection.prepareStatement(sql("SELECT count(*) FROM %s WHERE backfill = ?"))) {
      s.setString(1, backfill);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        return r.getLong(1);
      }
    }
  }

  /** The statement that makes it forget a backfill. */
  String forget(String backfill) {
    return sql("DELETE FROM %s WHERE backfill = ") + Sql.literal(backfill);
  }

  /**
   * Ends the session of the partition's former claimant if it still lives and is not this one.
   * Waits until it is gone, up to ten seconds.
   *
   * @return whether no such session is left
   * @throws FencedException if the partition has a newer claim
   */
  boolean evict(Connection connection, Claim claim) throws SQLException, FencedException {
    Integer pid = null;
    try (PreparedStatement s = connection.prepareStatement(sql(HOLDER))) {
      s.setString(1, claim.partition());
      try (ResultSet r = s.executeQuery()) {
        if (r.next()) {
          refuse(claim, r.getLong(1));
          pid = r.getObject(2, Integer.class);
        }
      }
    }
    connection.commit();
    if (pid == null) {
      return true;
    }
    // From here on by pid: it is taken again only once this session has ended.
    run(connection, "SELECT pg_terminate_backend(" + pid + ")");
    for (int i = 0; i < 200; i++) {
      if (!lives(connection, pid)) {
        return true;
      }
      // The server waits, in a transaction of its own: within one its list of sessions is frozen.
      run(connection, "SELECT pg_sleep(0.05)");
    }
    return false;
  }

  private static boolean lives(Connection connection, int pid) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery("SELECT 1 FROM pg_stat_activity WHERE pid = " + pid)) {
      return r.next();
    } finally {
      connection.commit();
    }
  }

  private static void run(Connection connection, String sql) throws SQLException {
    try (Statement s = connection.createStatement()) {
      s.execute(sql);
    }
    connection.commit();
  }

  /**
   * Raises the partition's fence to the claim's, and commits what the connection has open. The
   * server does it in one go: a claimant that is stopped in the middle would else leave a row that
   * nobody can see and everybody has to wait for, and a session that nobody can know by its pid.
   *
   * @return what the partition had committed
   * @throws FencedException if the partition has a newer claim
   */
  Progress claim(Connection connection, Claim claim) throws SQLException, FencedException {
    connection.setAutoCommit(true);
    try {
      return claimed(connection, claim);
    } finally {
      if (!connection.isClosed()) {
        connection.setAutoCommit(false);
      }
    }
  }

  private Progress claimed(Connection connection, Claim claim)
      throws SQLException, FencedException {
    try (PreparedStatement s = connection.prepareStatement(sql(CLAIM))) {
      s.setString(1, claim.partition());
      s.setString(2, claim.backfill());
      s.setLong(3, claim.fence());
      s.setString(4, claim.worker());
      try (ResultSet r = s.executeQuery()) {
        if (!r.next()) {
          throw fenced(claim, "a newer one has opened the sink");
        }
        Array cursor = r.getArray(1);
        return new Progress(
            new Cursor(List.of((String[]) cursor.getArray())),
            new Totals(
                r.getLong(2),
                r.getLong(3),
                r.getLong(4),
                r.getString(5),
                r.getLong(6),
                r.getLong(7)),
            r.getBoolean(8));
      }
    }
  }

  /**
   * Locks the partition's row until the transaction ends.
   *
   * @throws FencedException if it does not hold the claim's fence
   */
  void lock(Connection connection, Claim claim) throws SQLException, FencedException {
    try (PreparedStatement s =
        connection.prepareStatement(
            "SELECT fence FROM " + name.sql() + " WHERE partition = ? FOR UPDATE")) {
      s.setString(1, claim.partition());
      try (ResultSet r = s.executeQuery()) {
        if (!r.next()) {
          throw fenced(claim, "its row in " + name + " is gone");
        }
        long fence = r.getLong(1);
        if (fence != claim.fence()) {
          throw fenced(claim, "the sink holds fence " + fence);
        }
      }
    }
  }

  /**
   * Notes what the partition has committed, this transaction included.
   *
   * @throws FencedException if the row does not hold the claim's fence
   */
  void advance(Connection connection, Claim claim, Progress progress)
      throws SQLException, FencedException {
    Totals totals = progress.totals();
    try (PreparedStatement s = connection.prepareStatement(sql(ADVANCE))) {
      s.setArray(1, connection.createArrayOf("text", progress.cursor().parts().toArray()));
      s.setLong(2, totals.rows());
      s.setLong(3, totals.bytes());
      s.setLong(4, totals.digestSum());
      s.setString(5, totals.domain());
      s.setLong(6, totals.chunks());
      s.setLong(7, totals.deadLetters());
      s.setBoolean(8, progress.complete());
      s.setBoolean(9, progress.complete());
      s.setString(10, claim.partition());
      s.setLong(11, claim.fence());
      int touched = s.executeUpdate();
      if (touched != 1) {
        throw fenced(claim, "its row in " + name + " holds another fence");
      }
    }
  }

  /** Notes that the claimant's session serves it no more, so that nobody ends it. */
  void release(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(sql(RELEASE))) {
      s.setString(1, claim.partition());
      s.setLong(2, claim.fence());
      s.executeUpdate();
    }
  }

  private static void refuse(Claim claim, long held) throws FencedException {
    if (held > claim.fence()) {
      throw fenced(claim, "the sink holds fence " + held);
    }
  }

  private static FencedException fenced(Claim claim, String detail) {
    return new FencedException(claim.partition(), claim.fence(), detail);
  }

  private String sql(String template) {
    return template.replace("%s", name.sql());
  }
}
