package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.util.Optional;

/**
 * Topics of any Kafka cluster, be it the one that Tidemark's own topics are on or another.
 *
 * <p>Source: a topic's history up to where it ended when the plan was made, cut by {@code {offset:
 * {records: 500000}}} or {@code {time: {step: P1D}}}; see {@link KafkaSource}. Sink: rows and
 * progress in one transaction; see {@link KafkaSink}.
 *
 * <p>The columns that stand for what a record has beside its value carry the field property {@code
 * tidemark.kafka} (see {@link Part}), whatever they are called; so a topic is copied to another
 * with keys, timestamps and headers without a word in the spec.
 */
public final class KafkaConnector implements Connector {

  @Override
  public String name() {
    return "kafka";
  }

  @Override
  public Source source(JsonNode config, JsonNode partition) throws TaskException {
    return new KafkaSource(SourceSettings.of(config, partition));
  }

  @Override
  public Optional<Sink> sink(JsonNode config) throws TaskException {
    return Optional.of(new KafkaSink(SinkSettings.of(config)));
  }
}
