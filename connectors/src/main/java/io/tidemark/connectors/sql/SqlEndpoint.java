package io.tidemark.connectors.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a database is, how to log on, and how to speak to it.
 *
 * @param user empty where none is wanted
 * @param place the URL without user, password and options, for messages; no more than its scheme
 *     where nobody can tell what else is in it
 */
record SqlEndpoint(String url, String user, String password, String place, Dialect dialect) {

  private static final Pattern OPTIONS = Pattern.compile("[?;]");

  /** Schemes whose URLs have a form that is known here. */
  private static final Pattern FORMED =
      Pattern.compile(
          "(?:mariadb|mysql|h2|sqlite|duckdb|hsqldb|postgresql):.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  /**
   * A database that has a dialect of its own.
   *
   * @param scheme what its URLs begin with behind {@code jdbc:}
   * @param jar where its driver comes from
   */
  private record Known(String scheme, Dialect dialect, String jar) {}

  private static final List<Known> KNOWN =
      List.of(
          new Known("mariadb:", new MariaDb(), "org.mariadb.jdbc:mariadb-java-client"),
          new Known("mysql:", new MariaDb(), "com.mysql:mysql-connector-j"),
          new Known("h2:", new H2(), "com.h2database:h2"),
          new Known("sqlite:", new Sqlite(), "org.xerial:sqlite-jdbc"),
          new Known("duckdb:", new DuckDb(), "org.duckdb:duckdb_jdbc"));

  /**
   * Of a spec's settings.
   *
   * @throws TaskException FATAL if a setting is missing; LOCAL if this process has no driver
   */
  static SqlEndpoint of(JsonNode config) throws TaskException {
    String url = Settings.text(config, "url");
    if (!url.regionMatches(true, 0, "jdbc:", 0, 5)) {
      throw TaskException.fatal(
          "the jdbc url is malformed; write jdbc:postgresql://host:5432/database, or the like");
    }
    Optional<Known> known = known(url);
    Dialect dialect = known.map(Known::dialect).orElse(General.INSTANCE);
    boolean logsOn = known.isPresent() && dialect.logsOn();
    return new SqlEndpoint(
        driven(url, known),
        logsOn ? Settings.text(config, "user") : Settings.optional(config, "user").orElse(""),
        logsOn
            ? Settings.text(config, "password")
            : Settings.optional(config, "password").orElse(""),
        place(url),
        dialect);
  }

  /**
   * What a file that is not there would be when it is made: an empty database, in memory, as to
   * look at the file would make it. Itself, where it is there, or could not be made.
   */
  SqlEndpoint unmade() {
    Optional<Path> file =
        dialect.file(OPTIONS.split(url.substring(5), 2)[0]).map(f -> Path.of(f).toAbsolutePath());
    return file.isPresent()
            && Files.notExists(file.get())
            && Files.isWritable(file.get().getParent())
        ? new SqlEndpoint(dialect.empty(), user, password, place, dialect)
        : this;
  }

  private static Optional<Known> known(String url) {
    return KNOWN.stream()
        .filter(k -> url.regionMatches(true, 5, k.scheme(), 0, k.scheme().length()))
        .findFirst();
  }

  static String place(String url) {
    String all = url.substring(5);
    String[] parts = OPTIONS.split(all, 2);
    String bare = parts[0];
    int host = bare.indexOf("//") + 2;
    if (!FORMED.matcher(all).matches()) {
      return scheme(all) + "…";
    }
    if (host < 2) {
      return bare;
    }
    // What looks like options may be the rest of a password; a host in brackets may hold one.
    if (bare.indexOf('(') >= 0 || (parts.length > 1 && parts[1].indexOf('@') >= 0)) {
      return scheme(all) + "…";
    }
    return bare.substring(0, host) + bare.substring(Math.max(host, bare.lastIndexOf('@') + 1));
  }

  /** What the URL begins with, colon included; empty if it has none. */
  private static String scheme(String bare) {
    return bare.substring(0, bare.indexOf(':') + 1).toLowerCase(Locale.ROOT);
  }

  // Both speak one protocol: MariaDB's driver reaches MySQL where MySQL's own is not here.
  private static String driven(String url, Optional<Known> known) throws TaskException {
    if (hasDriver(url)) {
      return url;
    }
    if (known.isPresent() && known.get().scheme().equals("mysql:")) {
      String other = "jdbc:mariadb:" + url.substring("jdbc:mysql:".length());
      if (hasDriver(other)) {
        return other;
      }
    }
    // No more than the scheme: what follows may hold credentials.
    String scheme = "jdbc:" + scheme(url.substring(5));
    String jar = known.map(k -> ": " + k.jar() + " on Maven Central").orElse("");
    throw new TaskException(
        FailureKind.LOCAL,
        "DRIVER",
        "there is no JDBC driver for "
            + scheme
            + "… here; get its jar"
            + jar
            + ", and name it in the environment of every tidemark process that moves rows or"
            + " plans: TIDEMARK_CLASSPATH=/path/to/driver.jar",
        null);
  }

  private static boolean hasDriver(String url) {
    try {
      return DriverManager.getDriver(url) != null;
    } catch (SQLException e) {
      // What it says when no driver takes the URL.
      return false;
    }
  }

  /** Without url and password. */
  @Override
  public String toString() {
    return place;
  }
}
