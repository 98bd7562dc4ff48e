package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.PassOverMalformed;
import io.tidemark.reconciler.flow.RocksDbMemory;
import io.tidemark.reconciler.flow.SharedRocksDb;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;

/** Settings of Kafka Streams: the user's way to Kafka, and what the reconciler rests on. */
final class StreamsSettings {

  private StreamsSettings() {}

  /**
   * The settings.
   *
   * @param replicas of internal topics
   * @param queues of all domains
   * @param instance {@code host:port} under which others reach this instance
   */
  static Properties of(
      ReconcilerConfig config,
      int replicas,
      int queues,
      String instance,
      MalformedRecords malformed,
      RocksDbMemory memory) {
    Properties p = new Properties();
    p.putAll(config.clients().admin());
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, config.topics().namespace() + "-reconciler");
    p.put(StreamsConfig.APPLICATION_SERVER_CONFIG, instance);
    p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    p.put(StreamsConfig.STATE_DIR_CONFIG, config.stateDir().toString());
    p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, config.streamThreads());
    p.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, config.standbyReplicas());
    p.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, replicas);
    // A transaction with its markers costs the broker more than the records in it. What somebody
    // waits for is committed at once: processors ask for that.
    p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 1_000);
    p.put(StreamsConfig.POLL_MS_CONFIG, pollMs(queues));
    // Stores that are to be restored join a fetch when the one that is open ends, which by default
    // is after half a second where logs are short.
    p.put(StreamsConfig.restoreConsumerPrefix(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG), 50);
    // Only the tallies are cached; they are few.
    p.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 8L << 20);
    p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDb.class);
    p.put(SharedRocksDb.MEMORY, memory);
    p.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, PassOverMalformed.class);
    p.put(PassOverMalformed.RECORDS, malformed);
    // Classic protocol: the newer one gives wrong hosts for queries (KAFKA-20782).
    p.put(StreamsConfig.GROUP_PROTOCOL_CONFIG, "classic");
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 6_000);
    p.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 1_000);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
    // As for every producer of ours: new topics (KAFKA-15591).
    p.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
    // A transaction that follows another is refused for some milliseconds; by default the producer
    // then sleeps 100 ms.
    p.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MS_CONFIG), 1);
    p.put(StreamsConfig.producerPrefix(ProducerConfig.RETRY_BACKOFF_MAX_MS_CONFIG), 5);
    p.put(StreamsConfig.topicPrefix(TopicConfig.COMPRESSION_TYPE_CONFIG), "producer");
    return p;
  }

  /**
   * How long a thread waits for input, which ends the wait, before it looks whether there is
   * anything else to do. A look costs some 30 µs of CPU for each queue, so that few are to be had
   * where there are many of them; but a start waits out two or three of these times.
   */
  private static int pollMs(int queues) {
    return Math.clamp(3L * queues, 50, 200);
  }
}
