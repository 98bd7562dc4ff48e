package io.tidemark.connectors.iceberg;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;

/**
 * Tables of Apache Iceberg, to write: {@code {catalog: {type, uri?, warehouse?, properties?},
 * table, create?, partitionedBy?, branch?}}; see {@link IcebergSink}.
 */
public final class IcebergConnector implements Connector {

  @Override
  public String name() {
    return "iceberg";
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    throw TaskException.fatal(
        "source: 'iceberg' can only be a sink; read the table's Parquet files, or what made them");
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    return Optional.of(new IcebergSink(Settings.of(config)));
  }
}
