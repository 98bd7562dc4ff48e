package io.tidemark.connectors.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * The connections of one source or sink. Each is in a transaction at all times (no autocommit) and
 * its session is set so that text forms of values are exact and the same on every server.
 */
final class PostgresPool implements AutoCloseable {

  /** What the connections are for. */
  enum Use {
    READ,
    WRITE,
    PROBE
  }

  private static final int MOST = 64;
  private static final int PATIENCE_MS = 10_000;

  // Text forms that survive text -> value -> text, in any session. lc_monetary: money's text form
  // depends on it. xmloption: fragments are xml values too.
  private static final String TEXT_FORMS =
      "SET DateStyle = 'ISO, MDY'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC';"
          + " SET extra_float_digits = 3; SET bytea_output = 'hex'; SET lc_monetary = 'C';"
          + " SET standard_conforming_strings = on; SET xmloption = 'content'";

  // Rows that a policy would hide must be an error and not a gap. A key is walked along its index
  // or the walk is wrong: the planner must not sort the table or scan it once per chunk. Blocks are
  // read as they lie, so by one process. Disabled paths have huge costs, which would trigger the
  // JIT compiler.
  private static final String READING =
      "; SET row_security = off; SET enable_seqscan = off; SET enable_sort = off; SET jit = off;"
          + " SET enable_tidscan = on; SET max_parallel_workers_per_gather = 0";

  // A lock held by somebody unknown is a failure to retry, not a reason to hang. And what the log
  // is told must survive a crash of the server: with asynchronous commits, the newest chunks would
  // not. Whatever waits for more than the local disk stays as it is.
  private static final String WRITING =
      "; SET lock_timeout = '10s'; SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off'";

  private final PostgresEndpoint endpoint;
  private final Use use;
  private final PostgresErrors errors;
  private HikariDataSource pool;
  private boolean closed;

  PostgresPool(PostgresEndpoint endpoint, Use use, PostgresErrors errors) {
    this.endpoint = endpoint;
    this.use = use;
    this.errors = errors;
  }

  /**
   * A connection of its own for the caller, who gives it back or drops it.
   *
   * @throws TaskException why the server cannot be reached or refuses the user
   */
  Connection take() throws TaskException {
    try {
      return pool().getConnection();
    } catch (PoolInitializationException e) {
      throw errors.of(
          "connecting", e.getCause() instanceof SQLException s ? s : new SQLException(e));
    } catch (SQLException e) {
      throw errors.of("connecting", e);
    }
  }

  // The pool's first connection is made here, so that a wrong password is told at once and as such.
  private synchronized HikariDataSource pool() {
    if (closed) {
      throw new IllegalStateException("closed");
    }
    if (pool == null) {
      HikariConfig config = new HikariConfig();
      config.setPoolName("tidemark-" + use.name().toLowerCase(java.util.Locale.ROOT));
      config.setJdbcUrl(endpoint.url());
      config.setUsername(endpoint.user());
      config.setPassword(endpoint.password());
      config.setMaximumPoolSize(MOST);
      config.setMinimumIdle(0);
      config.setConnectionTimeout(PATIENCE_MS);
      config.setIdleTimeout(60_000);
      config.setInitializationFailTimeout(1);
      config.setAutoCommit(false);
      config.setReadOnly(use != Use.WRITE);
      config.setTransactionIsolation(
          use == Use.READ ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
      // Committed: what a transaction sets is forgotten when it is rolled back, as give() does.
      config.setConnectionInitSql(TEXT_FORMS + settings() + "; COMMIT");
      config.addDataSourceProperty("ApplicationName", "tidemark");
      config.addDataSourceProperty("connectTimeout", "10");
      config.addDataSourceProperty("socketTimeout", "600");
      config.addDataSourceProperty("tcpKeepAlive", "true");
      pool = new HikariDataSource(config);
    }
    return pool;
  }

  private String settings() {
    return switch (use) {
      case READ -> READING;
      case WRITE -> WRITING;
      // A probe's plan is the server's business.
      case PROBE -> "";
    };
  }

  /** Ends the connection's transaction and puts it back. */
  void give(Connection connection) {
    try {
      connection.rollback();
      connection.close();
    } catch (SQLException e) {
      // It is broken; whoever used it has been told or had finished. The pool makes a new one.
      drop(connection);
    }
  }

  /** Ends what a connection, or null, is doing in another thread. */
  void cancel(Connection running) {
    if (running != null) {
      try {
        running.unwrap(PGConnection.class).cancelQuery();
      } catch (SQLException e) {
        // No server to cancel at, or it has just ended: nothing runs there for us.
        drop(running);
      }
    }
  }

  /** Closes a connection whose state is unknown for good. */
  synchronized void drop(Connection connection) {
    if (pool != null) {
      pool.evictConnection(connection);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
  }
}
