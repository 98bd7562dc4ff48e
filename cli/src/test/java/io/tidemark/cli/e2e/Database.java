package io.tidemark.cli.e2e;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.awaitility.Awaitility;

/** A connection to any database, and what tests ask of it. */
class Database implements AutoCloseable {

  /** PostgreSQL's and MariaDB's. */
  private static final Set<String> NO_SUCH_TABLE = Set.of("42P01", "42S02");

  private final Connection connection;

  Database(String url, String user, String password) throws SQLException {
    connection = DriverManager.getConnection(url, user, password);
  }

  void run(String... statements) throws SQLException {
    try (Statement s = connection.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** The one number that a query answers. */
  long number(String sql) throws SQLException {
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      return r.getLong(1);
    }
  }

  /** Waits until a query answers at least so much; the tables it names may come later. */
  void awaitNumber(String sql, long least, Duration atMost) {
    Awaitility.await(sql)
        .atMost(atMost)
        .ignoreExceptionsMatching(
            e -> e instanceof SQLException s && NO_SUCH_TABLE.contains(s.getSQLState()))
        .until(() -> number(sql) >= least);
  }

  long rows(String table) throws SQLException {
    return number("SELECT count(*) FROM " + table);
  }

  /** Each row that a query answers: its values as text, in quotes but for NULL. */
  List<String> lines(String sql) throws SQLException {
    List<String> lines = new ArrayList<>();
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      int columns = r.getMetaData().getColumnCount();
      while (r.next()) {
        List<String> values = new ArrayList<>();
        for (int c = 1; c <= columns; c++) {
          String value = r.getString(c);
          values.add(value == null ? "NULL" : "'" + value + "'");
        }
        lines.add(String.join("|", values));
      }
    }
    return lines;
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
