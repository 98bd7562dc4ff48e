package io.tidemark.connectors.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** The connections of one source, sink or probe, each in a transaction at all times. */
final class SqlPool implements AutoCloseable {

  private static final int MOST = 64;
  private static final int PATIENCE_MS = 10_000;

  private final SqlEndpoint endpoint;
  private final Dialect.Use use;
  private final SqlErrors errors;
  private HikariDataSource pool;
  private boolean closed;

  SqlPool(SqlEndpoint endpoint, Dialect.Use use, SqlErrors errors) {
    this.endpoint = endpoint;
    this.use = use;
    this.errors = errors;
  }

  /** Work with a connection; its transaction is rolled back unless the work commits it. */
  interface Work<T> {
    T with(Connection connection) throws SQLException, TaskException;
  }

  /** Does it with a connection of its own. */
  <T> T run(String doing, Work<T> work) throws TaskException {
    Connection connection = take();
    try {
      return work.with(connection);
    } catch (SQLException e) {
      throw errors.of(doing, e);
    } finally {
      give(connection);
    }
  }

  /**
   * A connection of its own for the caller, who gives it back or drops it.
   *
   * @throws TaskException why the database cannot be reached or refuses the user
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
      Dialect dialect = endpoint.dialect();
      HikariConfig config = new HikariConfig();
      config.setPoolName("tidemark-" + use.name().toLowerCase(Locale.ROOT));
      config.setJdbcUrl(endpoint.url());
      if (!endpoint.user().isEmpty()) {
        config.setUsername(endpoint.user());
        config.setPassword(endpoint.password());
      }
      config.setMaximumPoolSize(MOST);
      config.setMinimumIdle(0);
      config.setConnectionTimeout(PATIENCE_MS);
      config.setIdleTimeout(60_000);
      config.setInitializationFailTimeout(1);
      config.setAutoCommit(false);
      config.setReadOnly(dialect.readOnly(use));
      dialect.isolation(use).ifPresent(config::setTransactionIsolation);
      dialect.opening(use).ifPresent(config::setConnectionInitSql);
      dialect.properties(use).forEach(config::addDataSourceProperty);
      pool = new HikariDataSource(config);
    }
    return pool;
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
