package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;

/**
 * Tables of a database: {@code jdbc}. The URL chooses the dialect; PostgreSQL is the one there is.
 */
public final class JdbcConnector implements Connector {

  @Override
  public String name() {
    return "jdbc";
  }

  /**
   * @throws TaskException FATAL if the URL is of another database or the table name is malformed;
   *     nothing is connected to yet
   */
  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    return new PostgresSource(SourceSettings.of(config, partition));
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    return Optional.of(new PostgresSink(SinkSettings.of(config)));
  }
}
