package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.testing.MariaDbServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Stream;

/** A fresh database of some product. */
final class TestSql implements AutoCloseable {

  private final String product;
  private final String url;
  private final Properties login = new Properties();
  private final Path folder;
  private boolean readOnly;

  private TestSql(String product, String url, String user, String password, Path folder) {
    this.product = product;
    this.url = url;
    this.folder = folder;
    if (!user.isEmpty()) {
      login.put("user", user);
      login.put("password", password);
    }
  }

  /** On the one server of this JVM; without one on this machine, the test is skipped. */
  static TestSql mariadb() throws SQLException {
    assumeThat(MariaDbServer.obstacle()).as("not run: no MariaDB").isEmpty();
    String name = unique();
    MariaDbServer server = MariaDbServer.get();
    TestSql any =
        new TestSql("MariaDB", server.url(""), MariaDbServer.USER, MariaDbServer.PASSWORD, null);
    any.run("CREATE DATABASE " + name + " CHARACTER SET utf8mb4");
    return new TestSql(
        "MariaDB", server.url(name), MariaDbServer.USER, MariaDbServer.PASSWORD, null);
  }

  static TestSql h2() {
    return new TestSql(
        "H2", "jdbc:h2:mem:" + unique() + ";DB_CLOSE_DELAY=-1", "sa", "s3cret-pw", null);
  }

  /** Through the general dialect. */
  static TestSql hsqldb() {
    return new TestSql("HSQLDB", "jdbc:hsqldb:mem:" + unique(), "SA", "", null);
  }

  static TestSql sqlite() {
    Path folder = folder();
    return new TestSql("SQLite", "jdbc:sqlite:" + folder.resolve("t.db"), "", "", folder);
  }

  static TestSql duckdb() {
    Path folder = folder();
    return new TestSql("DuckDB", "jdbc:duckdb:" + folder.resolve("t.db"), "", "", folder);
  }

  private static Path folder() {
    try {
      return Files.createTempDirectory("tidemark-sql-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unique() {
    return "t" + UUID.randomUUID().toString().replace("-", "");
  }

  String product() {
    return product;
  }

  /** From now on it is only read, as a source does: DuckDB opens a file in one way at a time. */
  void readOnly() {
    readOnly = true;
  }

  Connection connect() throws SQLException {
    Properties all = new Properties();
    all.putAll(login);
    if (readOnly && product.equals("DuckDB")) {
      all.put("duckdb.read_only", "true");
    }
    if (product.equals("DuckDB")) {
      Connection c = DriverManager.getConnection(url, all);
      try (Statement s = c.createStatement()) {
        s.execute("SET TimeZone = 'UTC'");
      }
      return c;
    }
    return DriverManager.getConnection(url, all);
  }

  void run(String... statements) throws SQLException {
    try (Connection c = connect();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** Runs a statement once for each list of parameters, all in one transaction. */
  void each(String sql, List<Object[]> rows) throws SQLException {
    try (Connection c = connect()) {
      c.setAutoCommit(false);
      try (PreparedStatement s = c.prepareStatement(sql)) {
        for (Object[] row : rows) {
          for (int i = 0; i < row.length; i++) {
            s.setObject(i + 1, row[i]);
          }
          s.executeUpdate();
        }
      }
      c.commit();
    }
  }

  /** Rows of a query, columns joined with a bar; NULL as {@code ∅}. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Connection c = connect();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        List<String> fields = new ArrayList<>();
        for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
          String value = r.getString(i);
          fields.add(value == null ? "∅" : value);
        }
        rows.add(String.join("|", fields));
      }
    }
    return rows;
  }

  /** A connector's config for a table here. */
  ObjectNode config(String table) {
    ObjectNode config = JsonNodeFactory.instance.objectNode().put("url", url).put("table", table);
    if (!login.isEmpty()) {
      config.put("user", login.getProperty("user")).put("password", login.getProperty("password"));
    }
    return config;
  }

  @Override
  public void close() throws IOException, SQLException {
    switch (product) {
      case "MariaDB" -> run("DROP DATABASE " + url.substring(url.lastIndexOf('/') + 1));
      case "H2", "HSQLDB" -> run("SHUTDOWN");
      default -> {
        try (Stream<Path> files = Files.walk(folder)) {
          for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
            Files.delete(each);
          }
        }
      }
    }
  }
}
