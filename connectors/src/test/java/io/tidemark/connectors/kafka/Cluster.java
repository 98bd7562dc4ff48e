package io.tidemark.connectors.kafka;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** The one broker of this JVM, topics on it, and what they hold. */
final class Cluster {

  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static final class Broker {
    static final EmbeddedBroker BROKER = start();

    private static EmbeddedBroker start() {
      try {
        Path dir = Files.createTempDirectory("tidemark-connectors-kafka-");
        EmbeddedBroker broker =
            EmbeddedBroker.start(
                dir,
                0,
                Map.of(
                    "authorizer.class.name",
                    "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                    "allow.everyone.if.no.acl.found",
                    "true",
                    "log.cleaner.backoff.ms",
                    "100",
                    "log.retention.check.interval.ms",
                    "100"));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(broker, dir)));
        return broker;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static void stop(EmbeddedBroker broker, Path dir) {
      broker.close();
      try (Stream<Path> files = Files.walk(dir)) {
        for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static final Duration OPEN = Duration.ofSeconds(2);

  private static int topics;

  private Cluster() {}

  static String bootstrap() {
    return Broker.BROKER.bootstrapServers();
  }

  /** A name that no topic has. */
  static synchronized String name(String word) {
    return word + "-" + ++topics;
  }

  /** A new topic. */
  static String topic(int partitions, Map<String, String> config) throws Exception {
    String name = name("t");
    try (Admin admin = admin()) {
      admin
          .createTopics(List.of(new NewTopic(name, partitions, (short) 1).configs(config)))
          .all()
          .get();
      // The controller has answered; the broker that is asked next may hear of it a moment later.
      await()
          .ignoreExceptions()
          .until(() -> !admin.describeTopics(List.of(name)).allTopicNames().get().isEmpty());
    }
    return name;
  }

  static Admin admin() {
    return Admin.create(Map.of("bootstrap.servers", bootstrap()));
  }

  /** A producer, transactional if an id is given. */
  static Producer<byte[], byte[]> producer(String transactionalId) {
    Map<String, Object> config = new HashMap<>();
    config.put("bootstrap.servers", bootstrap());
    config.put("key.serializer", ByteArraySerializer.class);
    config.put("value.serializer", ByteArraySerializer.class);
    if (!transactionalId.isEmpty()) {
      config.put("transactional.id", transactionalId);
      config.put("retry.backoff.ms", 1);
      config.put("retry.backoff.max.ms", 5);
    }
    return new KafkaProducer<>(config);
  }

  /** Writes records, outside of transactions. */
  static void write(List<ProducerRecord<byte[], byte[]>> records) throws ExecutionException {
    try (Producer<byte[], byte[]> producer = producer("")) {
      List<Future<?>> sent = new ArrayList<>();
      records.forEach(r -> sent.add(producer.send(r)));
      for (Future<?> s : sent) {
        s.get();
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A record with a text for a key and a value; null: none. */
  static ProducerRecord<byte[], byte[]> record(
      String topic, int partition, Long at, String key, String value) {
    return new ProducerRecord<>(topic, partition, at, bytes(key), bytes(value));
  }

  static byte[] bytes(String text) {
    return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
  }

  /**
   * All committed records of a topic, Kafka partition by Kafka partition. The marks of a commit
   * come a little behind its answer: waits for those, and not for a transaction that stays open.
   */
  static List<ConsumerRecord<byte[], byte[]>> read(String topic) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(
                Map.of(
                    "bootstrap.servers",
                    bootstrap(),
                    "isolation.level",
                    "read_committed",
                    "key.deserializer",
                    ByteArrayDeserializer.class,
                    "value.deserializer",
                    ByteArrayDeserializer.class));
        Admin admin = admin()) {
      int partitions =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
      for (TopicPartition each :
          IntStream.range(0, partitions).mapToObj(p -> new TopicPartition(topic, p)).toList()) {
        consumer.assign(List.of(each));
        consumer.seekToBeginning(List.of(each));
        long end =
            admin.listOffsets(Map.of(each, OffsetSpec.latest())).all().get().get(each).offset();
        long since = System.nanoTime();
        long at = consumer.position(each);
        while (at < end && System.nanoTime() - since < OPEN.toNanos()) {
          consumer.poll(Duration.ofMillis(50)).forEach(all::add);
          since = consumer.position(each) > at ? System.nanoTime() : since;
          at = consumer.position(each);
        }
      }
    }
    return all;
  }

  /** A topic's value as text. */
  static String text(byte[] bytes) {
    return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
  }

  /** A source of a topic, given further settings and the way of cutting in YAML. */
  static Source source(String topic, String more, String partition) throws TaskException {
    return new KafkaConnector()
        .source(
            yaml("{bootstrap: '%s', topic: %s, %s}".formatted(bootstrap(), topic, more)),
            yaml(partition));
  }

  /** A sink to a topic, given further settings in YAML. */
  static Sink sink(String topic, String more) throws TaskException {
    Optional<Sink> sink =
        new KafkaConnector()
            .sink(yaml("{bootstrap: '%s', topic: %s, %s}".formatted(bootstrap(), topic, more)));
    return sink.orElseThrow();
  }

  static JsonNode yaml(String text) {
    try {
      return YAML.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
