package io.tidemark.connectors.sql;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.SinkWriter.Progress;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * {@code tidemark_progress}, beside the target table: one row for each partition, written in the
 * transaction of the rows it tells of. It is the fence as well: {@link #advance} changes exactly
 * the row that holds the claim's own, and {@link #claim} only ever raises it.
 *
 * @param name where it is
 */
record SqlProgress(Dialect dialect, TableName name) {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** The progress table beside a target table. */
  static SqlProgress beside(Dialect dialect, TableName target) {
    return new SqlProgress(dialect, new TableName(target.schema(), "tidemark_progress"));
  }

  /** The statement that creates it. */
  String ddl(String end) {
    String whole = " " + dialect.whole() + " NOT NULL";
    return dialect.createTable()
        + dialect.sql(name)
        + " ("
        + String.join(
            ", ",
            List.of(
                column("partition", dialect.shortText() + " NOT NULL"),
                column("backfill", dialect.shortText() + " NOT NULL"),
                column("fence", whole),
                column("cursor", dialect.longText() + " NOT NULL"),
                column("rows", whole),
                column("bytes", whole),
                column("digest_sum", whole),
                column("digest_domain", dialect.shortText() + " NOT NULL"),
                column("chunks", whole),
                column("dead_letters", whole),
                column("complete", whole),
                column("worker", dialect.shortText() + " NOT NULL"),
                column("updated_at", "TIMESTAMP"),
                "PRIMARY KEY (" + dialect.quote("partition") + ")"))
        + ")"
        + end;
  }

  private String column(String column, String type) {
    return dialect.quote(column) + " " + type.strip();
  }

  private String sql(String... parts) {
    StringBuilder sql = new StringBuilder();
    for (String part : parts) {
      sql.append(part.replace("%s", dialect.sql(name)));
    }
    return sql.toString();
  }

  private String q(String column) {
    return dialect.quote(column);
  }

  /** Partitions of a backfill that it tells of, a count. */
  long partitions(Connection connection, String backfill) throws SQLException {
    return Rowsets.all(
            connection,
            sql("SELECT count(*) FROM %s WHERE ", q("backfill"), " = ?"),
            r -> r.getLong(1),
            backfill)
        .getFirst();
  }

  /** The statement that makes it forget a backfill. */
  String forget(String backfill) {
    return sql("DELETE FROM %s WHERE ", q("backfill"), " = ") + Sql.literal(backfill);
  }

  /**
   * Refuses a claim that is out of date.
   *
   * @throws FencedException if the partition has a newer one
   */
  void refuse(Connection connection, Claim claim) throws SQLException, FencedException {
    List<Long> held = fences(connection, claim, "");
    if (!held.isEmpty() && held.getFirst() > claim.fence()) {
      throw fenced(claim, "the sink holds fence " + held.getFirst());
    }
  }

  private List<Long> fences(Connection connection, Claim claim, String end) throws SQLException {
    return Rowsets.all(
        connection,
        sql("SELECT ", q("fence"), " FROM %s WHERE ", q("partition"), " = ?" + end),
        r -> r.getLong(1),
        claim.partition());
  }

  /**
   * Raises the partition's fence to the claim's, and commits.
   *
   * @return what the partition had committed
   * @throws FencedException if the partition has a newer claim
   */
  Progress claim(Connection connection, Claim claim) throws SQLException, FencedException {
    if (!raise(connection, claim)) {
      refuse(connection, claim);
      insert(connection, claim);
    }
    Progress found = read(connection, claim);
    connection.commit();
    return found;
  }

  private boolean raise(Connection connection, Claim claim) throws SQLException {
    try (PreparedStatement s =
        connection.prepareStatement(
            sql("UPDATE %s SET ", q("fence"), " = ?, ", q("worker"), " = ?, ", q("updated_at"))
                + " = CURRENT_TIMESTAMP WHERE "
                + q("partition")
                + " = ? AND "
                + q("fence")
                + " <= ?")) {
      s.setLong(1, claim.fence());
      s.setString(2, claim.worker());
      s.setString(3, claim.partition());
      s.setLong(4, claim.fence());
      return s.executeUpdate() == 1;
    }
  }

  private void insert(Connection connection, Claim claim) throws SQLException {
    List<String> columns =
        List.of(
            "partition",
            "backfill",
            "fence",
            "worker",
            "cursor",
            "digest_domain",
            "rows",
            "bytes",
            "digest_sum",
            "chunks",
            "dead_letters",
            "complete",
            "updated_at");
    try (PreparedStatement s =
        connection.prepareStatement(
            sql("INSERT INTO %s (")
                + dialect.list(columns)
                + ") VALUES (?, ?, ?, ?, '[]', '', 0, 0, 0, 0, 0, 0, CURRENT_TIMESTAMP)")) {
      s.setString(1, claim.partition());
      s.setString(2, claim.backfill());
      s.setLong(3, claim.fence());
      s.setString(4, claim.worker());
      s.executeUpdate();
    }
  }

  private Progress read(Connection connection, Claim claim) throws SQLException {
    List<String> columns =
        List.of(
            "cursor",
            "rows",
            "bytes",
            "digest_sum",
            "digest_domain",
            "chunks",
            "dead_letters",
            "complete");
    return Rowsets.all(
            connection,
            sql("SELECT ", dialect.list(columns), " FROM %s WHERE ", q("partition"), " = ?"),
            SqlProgress::progress,
            claim.partition())
        .getFirst();
  }

  private static Progress progress(ResultSet r) throws SQLException {
    String domain = r.getString(5);
    return new Progress(
        cursor(r.getString(1)),
        new Totals(
            r.getLong(2),
            r.getLong(3),
            r.getLong(4),
            // Some databases take the empty text for NULL.
            domain == null ? "" : domain,
            r.getLong(6),
            r.getLong(7)),
        r.getLong(8) == 1);
  }

  private static Cursor cursor(String json) throws SQLException {
    try {
      return new Cursor(List.of(JSON.readValue(json, String[].class)));
    } catch (JsonProcessingException e) {
      throw new SQLException("tidemark_progress holds a cursor that is no JSON: " + json, e);
    }
  }

  /**
   * Keeps others from changing the partition's row until the transaction ends, where the database
   * can do so.
   *
   * @throws FencedException if it does not hold the claim's fence
   */
  void lock(Connection connection, Claim claim) throws SQLException, FencedException {
    List<Long> held = fences(connection, claim, dialect.forUpdate());
    if (held.isEmpty()) {
      throw fenced(claim, "its row in " + name + " is gone");
    }
    if (held.getFirst() != claim.fence()) {
      throw fenced(claim, "the sink holds fence " + held.getFirst());
    }
  }

  /**
   * The same by a change that changes nothing: where one writer at a time is let in, who reads
   * first and writes then may find that another one did so in between.
   *
   * @throws FencedException if it does not hold the claim's fence
   */
  void touch(Connection connection, Claim claim) throws SQLException, FencedException {
    try (PreparedStatement s =
        connection.prepareStatement(
            sql("UPDATE %s SET ", q("worker"), " = ? WHERE ", q("partition"), " = ? AND ")
                + q("fence")
                + " = ?")) {
      s.setString(1, claim.worker());
      s.setString(2, claim.partition());
      s.setLong(3, claim.fence());
      if (s.executeUpdate() != 1) {
        throw fenced(claim, "its row in " + name + " holds another fence");
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
    try (PreparedStatement s =
        connection.prepareStatement(
            sql("UPDATE %s SET ")
                + q("cursor")
                + " = ?, "
                + q("rows")
                + " = ?, "
                + q("bytes")
                + " = ?, "
                + q("digest_sum")
                + " = ?, "
                + q("digest_domain")
                + " = ?, "
                + q("chunks")
                + " = ?, "
                + q("dead_letters")
                + " = ?, "
                + q("complete")
                + " = ?, "
                + q("updated_at")
                + " = CURRENT_TIMESTAMP WHERE "
                + q("partition")
                + " = ? AND "
                + q("fence")
                + " = ?")) {
      s.setString(1, json(progress.cursor()));
      s.setLong(2, totals.rows());
      s.setLong(3, totals.bytes());
      s.setBigDecimal(4, BigDecimal.valueOf(totals.digestSum()));
      s.setString(5, totals.domain());
      s.setLong(6, totals.chunks());
      s.setLong(7, totals.deadLetters());
      s.setLong(8, progress.complete() ? 1 : 0);
      s.setString(9, claim.partition());
      s.setLong(10, claim.fence());
      if (s.executeUpdate() != 1) {
        throw fenced(claim, "its row in " + name + " holds another fence");
      }
    }
  }

  private static String json(Cursor cursor) throws SQLException {
    try {
      return JSON.writeValueAsString(cursor.parts());
    } catch (JsonProcessingException e) {
      throw new SQLException("a cursor that JSON cannot hold", e);
    }
  }

  private static FencedException fenced(Claim claim, String detail) {
    return new FencedException(claim.partition(), claim.fence(), detail);
  }

  /** Creates it if it is missing, and commits. */
  void create(Connection connection, String end) throws SQLException {
    boolean there = dialect.table(connection, name).isPresent();
    connection.commit();
    if (there) {
      return;
    }
    try (Statement s = connection.createStatement()) {
      s.execute(ddl(end));
      connection.commit();
    } catch (SQLException e) {
      connection.rollback();
      // Two planners may have begun at once.
      if (dialect.table(connection, name).isEmpty()) {
        throw e;
      }
    }
  }
}
