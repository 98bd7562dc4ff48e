package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.sql.Settings;
import io.tidemark.core.retry.TaskException;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Where a server is and how to log on.
 *
 * @param place host, port and database, for messages
 */
record PostgresEndpoint(String url, String user, String password, String place) {

  static final String PREFIX = "jdbc:postgresql:";

  static PostgresEndpoint of(JsonNode config) throws TaskException {
    String url = Settings.text(config, "url");
    Properties parsed = Driver.parseURL(url, new Properties());
    if (parsed == null) {
      throw TaskException.fatal(
          "the jdbc url is malformed; write " + PREFIX + "//host:5432/database");
    }
    String place =
        parsed.getProperty("PGHOST", "localhost")
            + ":"
            + parsed.getProperty("PGPORT", "5432")
            + "/"
            + parsed.getProperty("PGDBNAME", "");
    return new PostgresEndpoint(
        url, Settings.text(config, "user"), Settings.text(config, "password"), place);
  }

  /** Without url and password. */
  @Override
  public String toString() {
    return place;
  }
}
