package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Probing;
import io.tidemark.core.retry.TaskException;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;

/** Asks a PostgreSQL server how it is, in read-only transactions on a connection of its own. */
final class PostgresProbe implements Probing, AutoCloseable {

  // A replica that has replayed all that it received is not behind, however long nothing was
  // written. Without the rights of pg_monitor the lag of replicas reads as NULL.
  private static final String LAG =
      "SELECT CASE"
          + " WHEN NOT pg_is_in_recovery()"
          + " THEN (SELECT max(extract(epoch FROM replay_lag)) FROM pg_stat_replication)"
          + " WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0"
          + " ELSE extract(epoch FROM now() - pg_last_xact_replay_timestamp()) END";

  private final PostgresPool pool;

  PostgresProbe(PostgresEndpoint endpoint, PostgresErrors errors) {
    this.pool = new PostgresPool(endpoint, PostgresPool.Use.PROBE, errors);
  }

  @Override
  public double ask(String statement, Duration atMost) throws TaskException {
    Double answer = number(statement, atMost);
    if (answer == null) {
      throw TaskException.fatal("the probe returned no number: " + statement);
    }
    return answer;
  }

  @Override
  public double replicationLag(Duration atMost) throws TaskException {
    Double lag = number(LAG, atMost);
    return lag == null ? 0 : lag;
  }

  /** The number in the first column of the only row; null if there is none. */
  private Double number(String sql, Duration atMost) throws TaskException {
    return pool.run(
        "asking a probe",
        c -> {
          try (Statement s = c.createStatement()) {
            s.execute("SET LOCAL statement_timeout = " + atMost.toMillis());
            try (ResultSet r = s.executeQuery(sql)) {
              if (!r.next()) {
                return null;
              }
              double value = r.getDouble(1);
              return r.wasNull() ? null : value;
            }
          }
        });
  }

  @Override
  public void close() {
    pool.close();
  }
}
