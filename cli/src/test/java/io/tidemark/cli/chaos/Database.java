package io.tidemark.cli.chaos;

import static org.awaitility.Awaitility.await;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A PostgreSQL of its own that can be stopped at once and started again. Tidemark reaches it
 * through a {@link Proxy}; the test asks it directly, and waits while it is down.
 */
final class Database implements AutoCloseable {

  static final String PASSWORD = "correct-horse";

  /** What a slow source gives, bytes each second and connection. */
  private static final long SLOW = 12_000;

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final Path data;
  private final Path log;
  private final EmbeddedPostgres server;
  private final Proxy proxy;
  private final Proxy slow;

  /** What starts it again; empty while it is up. */
  private List<String> command = List.of();

  Database(Path dir) throws Exception {
    data = dir.resolve("postgres");
    log = dir.resolve("postgres.log");
    server =
        EmbeddedPostgres.builder()
            .setDataDirectory(data)
            .setServerConfig("fsync", "off")
            .setServerConfig("max_connections", "200")
            .start();
    proxy = new Proxy(server.getPort(), Long.MAX_VALUE);
    slow = new Proxy(server.getPort(), SLOW);
    execute(
        "CREATE ROLE app LOGIN PASSWORD '" + PASSWORD + "'",
        "CREATE SCHEMA src AUTHORIZATION app",
        "CREATE SCHEMA dst AUTHORIZATION app");
  }

  /** Does something to every way that Tidemark has to the server. */
  void network(Consumer<Proxy> what) {
    what.accept(proxy);
    what.accept(slow);
  }

  /** The settings of a {@code jdbc} source or sink, without braces; its way leads by a proxy. */
  String jdbc(String table) {
    return jdbc(proxy, table);
  }

  /** The settings of a source that gives a few kilobytes each second. */
  String slowJdbc(String table) {
    return jdbc(slow, table);
  }

  private static String jdbc(Proxy way, String table) {
    return "url: \"jdbc:postgresql://127.0.0.1:%d/postgres\", user: app, password: \"${env:PG_PASSWORD}\", table: %s"
        .formatted(way.port(), table);
  }

  /** Stops the server as a crash would: no checkpoint, every session ends at once. */
  void stopNow() throws Exception {
    ProcessHandle postmaster = postmaster();
    command = commandLine(postmaster);
    new ProcessBuilder("kill", "-QUIT", Long.toString(postmaster.pid())).start().waitFor();
    await("PostgreSQL is down").atMost(PATIENCE).until(() -> !postmaster.isAlive());
  }

  /** Starts the stopped server on its data, and does not wait until it has recovered. */
  void startAgain() throws IOException {
    List<String> line = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      // PostgreSQL refuses to run as root; in a user namespace of its own it is nobody.
      line.addAll(List.of("unshare", "-U"));
    }
    line.addAll(command);
    new ProcessBuilder(line)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
    command = List.of();
  }

  /** Whether it is up, or about to be. */
  boolean up() {
    return command.isEmpty();
  }

  private ProcessHandle postmaster() throws IOException {
    String pid = Files.readAllLines(data.resolve("postmaster.pid")).getFirst().strip();
    return ProcessHandle.of(Long.parseLong(pid)).orElseThrow();
  }

  private static List<String> commandLine(ProcessHandle process) throws IOException {
    String line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"));
    return List.of(line.split("\0"));
  }

  /** Waits until it answers. */
  void awaitUp() throws SQLException {
    number("SELECT 1");
  }

  void execute(String... statements) throws SQLException {
    try (Connection c = connect();
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  /** The numbers of a query's one row; waits while the server is down. */
  List<Long> numbers(String sql) throws SQLException {
    try (Connection c = connect();
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      r.next();
      List<Long> numbers = new ArrayList<>();
      for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
        numbers.add(r.getLong(i));
      }
      return numbers;
    }
  }

  /** The one number of a query; waits while the server is down. */
  long number(String sql) throws SQLException {
    return numbers(sql).getFirst();
  }

  /** A connection of the superuser; the caller closes it. */
  Connection connect() throws SQLException {
    return await("PostgreSQL answers")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(
            () ->
                DriverManager.getConnection(
                    "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres",
                    "postgres",
                    "postgres"),
            c -> c != null);
  }

  @Override
  public void close() throws IOException {
    try (server;
        proxy;
        slow) {
      // Their order: the proxies first.
    }
  }
}
