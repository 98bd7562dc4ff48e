package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.connectors.kafka.SourceSettings.Format;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.spec.Units;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a spec says of a topic to write.
 *
 * @param avro of avro: how values are written
 * @param key columns that make the key; empty: the source's own key column, else no key
 * @param keyFormat empty: as the source read it, else by the column's type
 * @param columns columns of the value; empty: all that stand for no part of a record
 * @param headers columns that become headers; empty: the source's own headers
 * @param timestamp empty: the source's own, else the time of writing
 * @param partition column that says which Kafka partition; empty: the key does
 * @param create whether a missing topic is created
 * @param partitions of a topic that is created; empty: as the cluster does by default
 * @param replication of a topic that is created; empty: as the cluster does by default
 * @param topicConfig settings of a topic that is created
 * @param transactionTimeoutMs after so long a transaction is aborted by the cluster
 */
record SinkSettings(
    KafkaEndpoint endpoint,
    Format format,
    Optional<AvroSettings> avro,
    List<String> key,
    Optional<KeyFormat> keyFormat,
    List<String> columns,
    List<String> headers,
    Optional<String> timestamp,
    Optional<String> partition,
    Compression compression,
    boolean create,
    Optional<Integer> partitions,
    Optional<Short> replication,
    Map<String, String> topicConfig,
    String progressTopic,
    long transactionTimeoutMs) {

  /** How batches are compressed. */
  enum Compression {
    NONE,
    GZIP,
    SNAPPY,
    LZ4,
    ZSTD
  }

  private static final String PROGRESS = ".tidemark-progress";

  static SinkSettings of(JsonNode config) throws TaskException {
    KafkaEndpoint endpoint = KafkaEndpoint.of(Side.SINK, config);
    Format format =
        Settings.oneOf(
            Format.class, Side.SINK, "format", Settings.text(config, Side.SINK, "format"));
    String progressTopic =
        Settings.optional(config, "progressTopic").orElse(endpoint.topic() + PROGRESS);
    if (progressTopic.equals(endpoint.topic())) {
      throw TaskException.fatal(
          "sink.kafka.progressTopic: '"
              + progressTopic
              + "' is the topic that rows are written to; name another one, or leave it out");
    }
    Optional<String> keyFormat = Settings.optional(config, "keyFormat");
    return new SinkSettings(
        endpoint,
        format,
        format == Format.AVRO ? Optional.of(AvroSettings.of(config, Side.SINK)) : Optional.empty(),
        Settings.texts(config, "key"),
        keyFormat.isEmpty()
            ? Optional.empty()
            : Optional.of(Settings.oneOf(KeyFormat.class, Side.SINK, "keyFormat", keyFormat.get())),
        Settings.texts(config, "columns"),
        Settings.texts(config, "headers"),
        Settings.optional(config, "timestamp"),
        Settings.optional(config, "partition"),
        Settings.oneOf(
            Compression.class,
            Side.SINK,
            "compression",
            Settings.optional(config, "compression").orElse("lz4")),
        Settings.optional(config, "create").orElse("if-missing").equals("if-missing"),
        config.has("partitions") ? Optional.of(config.get("partitions").asInt()) : Optional.empty(),
        config.has("replication")
            ? Optional.of((short) config.get("replication").asInt())
            : Optional.empty(),
        Settings.map(config, "topicConfig"),
        progressTopic,
        Units.duration(Settings.optional(config, "transactionTimeout").orElse("30s")).toMillis());
  }
}
