package io.tidemark.connectors.sql;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;

/**
 * Tables of every database but PostgreSQL. The URL chooses the {@link Dialect}; one that nobody
 * knows gets the general one, if there is a driver for it.
 */
public final class SqlConnector {

  private SqlConnector() {}

  /**
   * Opens a source; nothing is connected to yet.
   *
   * @throws TaskException FATAL if a setting is missing or malformed, or the way of cutting is not
   *     to be had; LOCAL if this process has no driver for the URL
   */
  public static Source source(JsonNode config, JsonNode partition) throws TaskException {
    SqlEndpoint endpoint = SqlEndpoint.of(config);
    return new SqlSource(endpoint, SqlSourceSettings.of(config, partition, endpoint.dialect()));
  }

  /**
   * Opens a sink; nothing is connected to yet.
   *
   * @throws TaskException as {@link #source}
   */
  public static Sink sink(JsonNode config) throws TaskException {
    return new SqlSink(SqlEndpoint.of(config), SinkSettings.of(config));
  }
}
