package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.sql.Settings;
import io.tidemark.connectors.sql.SinkSettings;
import io.tidemark.connectors.sql.SqlConnector;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;

/**
 * Tables of a database: {@code jdbc}. The URL chooses the dialect: PostgreSQL has one of its own,
 * which copies in its own formats; all others share {@link SqlConnector}.
 */
public final class JdbcConnector implements Connector {

  @Override
  public String name() {
    return "jdbc";
  }

  /**
   * @throws TaskException FATAL if the URL or the table name is malformed; LOCAL if there is no
   *     driver for it here; nothing is connected to yet
   */
  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    return isPostgres(config)
        ? new PostgresSource(SourceSettings.of(config, partition))
        : SqlConnector.source(config, partition);
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    return Optional.of(
        isPostgres(config)
            ? new PostgresSink(PostgresEndpoint.of(config), SinkSettings.of(config))
            : SqlConnector.sink(config));
  }

  private static boolean isPostgres(JsonNode config) throws TaskException {
    return Settings.text(config, "url").startsWith(PostgresEndpoint.PREFIX);
  }
}
