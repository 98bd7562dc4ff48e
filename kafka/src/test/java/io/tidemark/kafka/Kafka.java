package io.tidemark.kafka;

import io.tidemark.kafka.admin.TopicAdmin;
import io.tidemark.kafka.admin.TopicSpec;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.kafka.read.ReadToEnd;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;

/** A broker for a test class, with what tests ask of it. */
public final class Kafka implements AutoCloseable {

  public static final Duration PATIENCE = Duration.ofSeconds(30);

  private final EmbeddedBroker broker;
  private final ClientConfig config;
  private final AtomicInteger topics = new AtomicInteger();

  public Kafka(Path directory) throws ClientConfigException {
    broker = EmbeddedBroker.start(directory, 0, Map.of());
    config = ClientConfig.of(broker.bootstrapServers());
  }

  public ClientConfig config() {
    return config;
  }

  /** A topic nobody has used, of one partition. */
  public TopicPartition newTopic() throws Exception {
    String name = "topic-" + topics.incrementAndGet();
    ensureTopics(config, new TopicSpec(name, 1, Map.of()));
    return new TopicPartition(name, 0);
  }

  public static void ensureTopics(ClientConfig config, TopicSpec... specs) throws Exception {
    try (var admin = Admin.create(config.admin())) {
      new TopicAdmin(admin, PATIENCE).ensure(List.of(specs));
    }
  }

  /** A producer of its own, behind the back of what is tested. */
  public KafkaProducer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> settings = config.producer();
    settings.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transactionalId);
    var producer = new KafkaProducer<byte[], byte[]>(settings);
    producer.initTransactions();
    return producer;
  }

  public List<String> valuesIn(TopicPartition partition) throws Exception {
    return valuesIn(config, partition);
  }

  public static List<String> valuesIn(ClientConfig config, TopicPartition partition)
      throws Exception {
    var values = new ArrayList<String>();
    try (var reader = new ReadToEnd(config)) {
      reader.read(List.of(partition), PATIENCE, record -> values.add(text(record.value())));
    }
    return values;
  }

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  public static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    broker.close();
  }
}
