package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assumptions.assumeThat;

import io.tidemark.testing.MariaDbServer;
import java.sql.SQLException;
import java.util.UUID;

/** A fresh database on the one MariaDB server of this JVM. */
final class MariaDb extends Database {

  private final String name;

  private MariaDb(String name) throws SQLException {
    super(MariaDbServer.get().url(""), MariaDbServer.USER, MariaDbServer.PASSWORD);
    this.name = name;
    run("CREATE DATABASE " + name + " CHARACTER SET utf8mb4", "USE " + name);
  }

  /** The test is not run where there is no server. */
  static MariaDb fresh() throws SQLException {
    assumeThat(MariaDbServer.obstacle()).as("not run: no MariaDB").isEmpty();
    return new MariaDb("e2e_" + UUID.randomUUID().toString().replace("-", ""));
  }

  String url() {
    return MariaDbServer.get().url(name);
  }

  /** The settings of a {@code jdbc} source or sink, without braces. */
  String jdbc(String table) {
    return "url: \"%s\", user: %s, password: \"${env:MARIADB_PASSWORD}\", table: %s"
        .formatted(url(), MariaDbServer.USER, table);
  }

  /** How many partitions this worker is in the middle of. */
  static String begun(String worker) {
    return "SELECT count(*) FROM tidemark_progress WHERE `rows` > 0 AND complete = 0 AND worker = '"
        + worker
        + "'";
  }
}
