package io.tidemark.connectors.jdbc;

import com.zaxxer.hikari.HikariConfig;
import io.tidemark.connectors.sql.ConnectionPool;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;

/**
 * The connections of one source or sink. The session of each is set so that text forms of values
 * are exact and the same on every server.
 */
final class PostgresPool extends ConnectionPool {

  /** What the connections are for. */
  enum Use {
    READ,
    WRITE,
    PROBE
  }

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

  PostgresPool(PostgresEndpoint endpoint, Use use, PostgresErrors errors) {
    super(use, errors::of);
    this.endpoint = endpoint;
    this.use = use;
  }

  @Override
  protected void configure(HikariConfig config) {
    config.setJdbcUrl(endpoint.url());
    config.setUsername(endpoint.user());
    config.setPassword(endpoint.password());
    config.setReadOnly(use != Use.WRITE);
    config.setTransactionIsolation(
        use == Use.READ ? "TRANSACTION_REPEATABLE_READ" : "TRANSACTION_READ_COMMITTED");
    // Committed: what a transaction sets is forgotten when it is rolled back, as give() does.
    config.setConnectionInitSql(TEXT_FORMS + settings() + "; COMMIT");
    config.addDataSourceProperty("ApplicationName", "tidemark");
    config.addDataSourceProperty("connectTimeout", "10");
    config.addDataSourceProperty("socketTimeout", "600");
    config.addDataSourceProperty("tcpKeepAlive", "true");
  }

  private String settings() {
    return switch (use) {
      case READ -> READING;
      case WRITE -> WRITING;
      // A probe's plan is the server's business.
      case PROBE -> "";
    };
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
}
