package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Probing;
import io.tidemark.core.retry.TaskException;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;

/** Asks a database how it is, on a connection of its own. */
final class SqlProbe implements Probing, AutoCloseable {

  private final SqlErrors errors;
  private final SqlPool pool;

  SqlProbe(SqlEndpoint endpoint, SqlErrors errors, Dialect.Use use) {
    this.errors = errors;
    this.pool = new SqlPool(endpoint, use, errors);
  }

  @Override
  public double ask(String statement, Duration atMost) throws TaskException {
    return pool.run(
        "asking a probe",
        c -> {
          try (Statement s = c.createStatement()) {
            s.setQueryTimeout(seconds(atMost));
            try (ResultSet r = s.executeQuery(statement)) {
              if (r.next()) {
                double value = r.getDouble(1);
                if (!r.wasNull()) {
                  return value;
                }
              }
            }
          }
          throw TaskException.fatal("the probe returned no number: " + statement);
        });
  }

  @Override
  public double replicationLag(Duration atMost) throws TaskException {
    return pool.run(
        "asking for the replication lag", c -> errors.dialect().replicationLag(c, seconds(atMost)));
  }

  private static int seconds(Duration time) {
    return (int) Math.max(1, time.toSeconds());
  }

  @Override
  public void close() {
    pool.close();
  }
}
