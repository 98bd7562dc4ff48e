package io.tidemark.connectors.kafka;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.core.retry.TaskException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic of a cluster, and how clients reach it.
 *
 * @param side source or sink
 * @param properties of Kafka clients, as the spec gives them; may hold secrets
 */
record KafkaEndpoint(Side side, String bootstrap, String topic, Map<String, String> properties) {

  /** Which end of the backfill. */
  enum Side {
    SOURCE("source"),
    SINK("sink");

    final String word;

    Side(String word) {
      this.word = word;
    }
  }

  private static final int FETCH_BYTES = 8 << 20;
  private static final int MOST_POLLED = 5_000;
  private static final int BATCH_BYTES = 256 << 10;

  // A worker has a producer for each partition it has open.
  private static final int BUFFER_BYTES = 32 << 20;

  /** What exactly once stands on; a spec that sets one of these is refused. */
  private static final Set<String> OURS =
      Set.of(
          "bootstrap.servers",
          "group.id",
          "group.instance.id",
          "isolation.level",
          "enable.auto.commit",
          "auto.offset.reset",
          "allow.auto.create.topics",
          "key.deserializer",
          "value.deserializer",
          "key.serializer",
          "value.serializer",
          "acks",
          "enable.idempotence",
          "transactional.id",
          "transaction.timeout.ms",
          "compression.type");

  KafkaEndpoint {
    properties = Map.copyOf(properties);
  }

  /** Reads {@code bootstrap}, {@code topic} and {@code properties}. */
  static KafkaEndpoint of(Side side, JsonNode config) throws TaskException {
    Map<String, String> properties = Settings.map(config, "properties");
    for (String name : properties.keySet()) {
      if (OURS.contains(name)) {
        throw TaskException.fatal(
            side.word
                + ".kafka.properties: '"
                + name
                + "' is Tidemark's own to set, as exactly once depends on it; remove it");
      }
    }
    return new KafkaEndpoint(
        side,
        Settings.text(config, side, "bootstrap"),
        Settings.text(config, side, "topic"),
        properties);
  }

  /** {@code source topic orders at host:9092}, for messages. */
  String where() {
    return side.word + " topic " + topic + " at " + bootstrap;
  }

  /** Settings of an admin client. */
  Map<String, Object> admin() {
    return common();
  }

  /**
   * Settings of a consumer without a group, which takes bytes.
   *
   * @param isolation read_committed or read_uncommitted
   */
  Map<String, Object> consumer(String isolation) {
    Map<String, Object> all = new HashMap<>();
    all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH_BYTES);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, MOST_POLLED);
    // A fetch that waits at a log's end holds up the first one of the next slice.
    all.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 20);
    all.putAll(common());
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // An offset that is gone is an error, never a reason to go on elsewhere.
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    all.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    all.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
    return all;
  }

  /** Settings of a producer with that transactional id, which takes bytes. */
  Map<String, Object> producer(String transactionalId, long timeoutMs, String compression) {
    Map<String, Object> all = new HashMap<>();
    all.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
    all.put(ProducerConfig.LINGER_MS_CONFIG, 5);
    all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, BUFFER_BYTES);
    // How large a record may be is for the topic to say, as far as the buffer holds it.
    all.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, BUFFER_BYTES);
    // By default each next transaction waits 100 ms for the markers of the one before.
    all.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 1);
    all.put(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 5);
    all.putAll(common());
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    all.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeoutMs);
    all.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
    all.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    all.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
    return all;
  }

  private Map<String, Object> common() {
    Map<String, Object> all = new HashMap<>(properties);
    all.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    all.putIfAbsent(CommonClientConfigs.CLIENT_ID_CONFIG, "tidemark-" + side.word);
    return all;
  }
}
