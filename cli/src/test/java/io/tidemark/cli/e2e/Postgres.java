package io.tidemark.cli.e2e;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/**
 * A fresh database on the one PostgreSQL server of this JVM, owned by the role {@code app}, which
 * must give its password. Source and sink are two schemas of it, {@code src} and {@code dst}.
 */
final class Postgres extends Database {

  static final String PASSWORD = "correct-horse";

  private static final class Server {
    static final EmbeddedPostgres POSTGRES = start();

    private static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder()
                .setServerConfig("fsync", "off")
                .setServerConfig("max_connections", "200")
                .start();
        try (Connection c = server.getPostgresDatabase().getConnection();
            Statement s = c.createStatement()) {
          s.execute("CREATE ROLE app LOGIN PASSWORD '" + PASSWORD + "'");
          askForPasswords(s);
        }
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (SQLException e) {
        throw new IllegalStateException(e);
      }
    }

    private static void askForPasswords(Statement s) throws SQLException, IOException {
      try (ResultSet r = s.executeQuery("SHOW hba_file")) {
        r.next();
        Path file = Path.of(r.getString(1));
        Files.writeString(file, "host all app all scram-sha-256\n" + Files.readString(file));
      }
      s.execute("SELECT pg_reload_conf()");
    }
  }

  private final String url;

  Postgres() throws SQLException {
    this(created());
  }

  private Postgres(String url) throws SQLException {
    super(url, "app", PASSWORD);
    this.url = url;
    run("CREATE SCHEMA src", "CREATE SCHEMA dst");
  }

  private static String created() throws SQLException {
    String name = "e2e_" + UUID.randomUUID().toString().replace("-", "");
    try (Connection c = Server.POSTGRES.getPostgresDatabase().getConnection();
        Statement s = c.createStatement()) {
      s.execute("CREATE DATABASE " + name + " OWNER app");
    }
    return "jdbc:postgresql://127.0.0.1:" + Server.POSTGRES.getPort() + "/" + name;
  }

  String url() {
    return url;
  }

  /** The settings of a {@code jdbc} source or sink, without braces. */
  String jdbc(String table) {
    return "url: \"%s\", user: app, password: \"${env:PG_PASSWORD}\", table: %s"
        .formatted(url(), table);
  }

  /**
   * A spec that copies one table to another.
   *
   * @param more lines of YAML to append, such as {@code chunk: {rows: 2000}}
   */
  String copySpec(String name, String from, String to, String... more) {
    return """
        apiVersion: tidemark/v1
        name: %s
        source: {jdbc: {%s}}
        sink: {jdbc: {%s}}
        %s
        """
        .formatted(name, jdbc(from), jdbc(to), String.join("\n", more));
  }

  /** {@code table(id bigint primary key, at timestamptz, name text)} with these many rows. */
  void fill(String table, int rows) throws SQLException {
    run(
        "CREATE TABLE " + table + " (id bigint PRIMARY KEY, at timestamptz, name text)",
        "INSERT INTO %s SELECT i * 3, timestamptz '2001-01-01' + i * interval '7 s', 'row ' || i"
                .formatted(table)
            + " FROM generate_series(1, "
            + rows
            + ") i",
        "ANALYZE " + table);
  }

  /** Makes every chunk that is written to a table take so long. */
  void slow(String table, double seconds) throws SQLException {
    run(
        """
        CREATE OR REPLACE FUNCTION dst.dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(TG_ARGV[0]::float8); RETURN NULL; END $$
        """,
        "CREATE TRIGGER dawdle BEFORE INSERT ON "
            + table
            + " FOR EACH STATEMENT EXECUTE FUNCTION dst.dawdle('"
            + seconds
            + "')");
  }

  /** How many rows one table has and the other has not, both ways, duplicates counted. */
  long difference(String a, String b) throws SQLException {
    String missing = "(SELECT * FROM %s EXCEPT ALL SELECT * FROM %s)";
    return number(
        "SELECT count(*) FROM ("
            + missing.formatted(a, b)
            + " UNION ALL "
            + missing.formatted(b, a)
            + ") d");
  }

  /** Tables of the schema {@code dst}. */
  long sinkTables() throws SQLException {
    return number("SELECT count(*) FROM pg_tables WHERE schemaname = 'dst'");
  }
}
