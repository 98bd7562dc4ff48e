package io.tidemark.connectors.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/**
 * The connections of one source, sink or probe, each in a transaction at all times (no autocommit).
 * How a database wants them is for a subclass to say. Thread-safe; opened when first asked.
 */
public abstract class ConnectionPool implements AutoCloseable {

  private static final int MOST = 64;
  private static final int PATIENCE_MS = 10_000;

  private final String name;
  private final Errors errors;
  private HikariDataSource pool;
  private boolean closed;

  /** Tells what a failure of the database means. */
  @FunctionalInterface
  public interface Errors {

    /**
     * @param doing what was not done
     */
    TaskException of(String doing, SQLException e);
  }

  /** Work with a connection; its transaction is rolled back unless the work commits it. */
  @FunctionalInterface
  public interface Work<T> {
    T with(Connection connection) throws SQLException, TaskException;
  }

  /**
   * @param use what the connections are for
   */
  protected ConnectionPool(Enum<?> use, Errors errors) {
    this.name = "tidemark-" + use.name().toLowerCase(Locale.ROOT);
    this.errors = errors;
  }

  /** Adds where the database is, as whom, and how its sessions are set. */
  protected abstract void configure(HikariConfig config);

  /** Does it with a connection of its own. */
  public final <T> T run(String doing, Work<T> work) throws TaskException {
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
  public final Connection take() throws TaskException {
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
      config.setPoolName(name);
      config.setMaximumPoolSize(MOST);
      config.setMinimumIdle(0);
      config.setConnectionTimeout(PATIENCE_MS);
      config.setIdleTimeout(60_000);
      config.setInitializationFailTimeout(1);
      config.setAutoCommit(false);
      configure(config);
      pool = new HikariDataSource(config);
    }
    return pool;
  }

  /** Ends the connection's transaction and puts it back. */
  public final void give(Connection connection) {
    try {
      connection.rollback();
      connection.close();
    } catch (SQLException e) {
      // It is broken; whoever used it has been told or had finished. The pool makes a new one.
      drop(connection);
    }
  }

  /** Closes a connection whose state is unknown for good. */
  public final synchronized void drop(Connection connection) {
    if (pool != null) {
      pool.evictConnection(connection);
    }
  }

  @Override
  public final synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
  }
}
