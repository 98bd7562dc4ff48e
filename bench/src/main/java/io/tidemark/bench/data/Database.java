package io.tidemark.bench.data;

import java.io.IOException;
import java.io.Reader;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.postgresql.PGConnection;

/**
 * A database of the server, asked over a connection of its own for each call.
 *
 * @param port where the server listens on 127.0.0.1
 * @param name the database
 */
public record Database(int port, String name) {

  /** The superuser; the server trusts this machine. */
  public static final String USER = "postgres";

  private static final long LOOK_MS = 100;

  /** Its JDBC URL. */
  public String url() {
    return "jdbc:postgresql://127.0.0.1:" + port + "/" + name;
  }

  /** Its URI as libpq reads it. */
  public String uri() {
    return "postgresql://" + USER + "@127.0.0.1:" + port + "/" + name;
  }

  /** Runs statements, each on its own. */
  public void execute(String... statements) throws SQLException {
    try (Connection c = connect();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** The first column of a query's first row, as text. */
  public String text(String query) throws SQLException {
    try (Connection c = connect();
        Statement s = c.createStatement()) {
      return text(s, query);
    }
  }

  /**
   * As {@link #text}, asked until it is not NULL. One connection does, as what waits shall take
   * little from what it waits for: a backend that is forked anew costs the server milliseconds.
   *
   * @throws IllegalStateException if it is NULL for longer than {@code limit}
   */
  public String awaitText(String query, Duration limit) throws SQLException, InterruptedException {
    long begun = System.nanoTime();
    try (Connection c = connect();
        Statement s = c.createStatement()) {
      String found = text(s, query);
      while (found == null) {
        if (System.nanoTime() - begun > limit.toNanos()) {
          throw new IllegalStateException("not in time: " + query);
        }
        TimeUnit.MILLISECONDS.sleep(LOOK_MS);
        found = text(s, query);
      }
      return found;
    }
  }

  private static String text(Statement s, String query) throws SQLException {
    try (ResultSet r = s.executeQuery(query)) {
      if (!r.next()) {
        throw new IllegalStateException("no row: " + query);
      }
      return r.getString(1);
    }
  }

  /** The first column of a query's first row, as a number. */
  public long number(String query) throws SQLException {
    return Long.parseLong(text(query));
  }

  /** Loads rows in the text form of COPY. */
  public void load(String table, Reader rows) throws SQLException, IOException {
    try (Connection c = connect()) {
      c.unwrap(PGConnection.class).getCopyAPI().copyIn("COPY " + table + " FROM STDIN", rows);
    }
  }

  private Connection connect() throws SQLException {
    return DriverManager.getConnection(url(), USER, USER);
  }
}
