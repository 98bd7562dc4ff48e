package io.tidemark.bench.control;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What Kafka's own clients, or Confluent's parallel consumer on them, need for as many tasks as
 * there are tiny partitions: publish a record for each, take each once, and publish its outcome in
 * the same transaction as the offset. No ledger, no claims, no sink. A process of its own, with the
 * broker in it as in {@code tidemark run}.
 */
public final class KafkaLoop {

  static final String WORK = "work";
  static final String OUTCOMES = "outcomes";

  /** Bytes of a record: about those of a descriptor. */
  private static final int SIZE = 200;

  private KafkaLoop() {}

  /** plain or parallel, number of tasks, queues, the broker's folder; prints the seconds. */
  public static void main(String[] args) throws Exception {
    int tasks = Integer.parseInt(args[1]);
    int queues = Integer.parseInt(args[2]);
    try (EmbeddedBroker broker = EmbeddedBroker.start(Path.of(args[3]), 0, Map.of())) {
      ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
      create(kafka, queues);
      long start = System.nanoTime();
      publish(kafka, tasks);
      switch (args[0]) {
        case "plain" -> PlainLoop.run(kafka, tasks);
        case "parallel" -> ParallelLoop.run(kafka, tasks);
        default -> throw new IllegalArgumentException("plain or parallel, not " + args[0]);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      check(kafka, tasks, queues);
      System.out.printf(Locale.ROOT, "%.3f%n", seconds);
    }
  }

  private static void create(ClientConfig kafka, int queues) throws Exception {
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .createTopics(
              Stream.of(WORK, OUTCOMES).map(t -> new NewTopic(t, queues, (short) 1)).toList())
          .all()
          .get();
    }
  }

  private static void publish(ClientConfig kafka, int tasks) {
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            kafka.producer(), new ByteArraySerializer(), new ByteArraySerializer())) {
      for (int i = 0; i < tasks; i++) {
        // check() finds what is missing.
        var unused = producer.send(new ProducerRecord<>(WORK, key(i), new byte[SIZE]));
      }
      producer.flush();
    }
  }

  private static byte[] key(int task) {
    return Integer.toString(task).getBytes(StandardCharsets.US_ASCII);
  }

  /** What becomes of a task. */
  static ProducerRecord<byte[], byte[]> outcome(ConsumerRecord<byte[], byte[]> task) {
    return new ProducerRecord<>(OUTCOMES, task.key(), task.value());
  }

  /** Settings of the consumer that takes the tasks. */
  static Map<String, Object> group(ClientConfig kafka) {
    Map<String, Object> settings = new HashMap<>(kafka.consumer());
    settings.put("group.id", "loop");
    settings.put("enable.auto.commit", "false");
    settings.put("auto.offset.reset", "earliest");
    settings.put("isolation.level", "read_committed");
    return settings;
  }

  /** Settings of the producer of the outcomes; the backoff is Tidemark's own as well. */
  static Map<String, Object> transactions(ClientConfig kafka) {
    Map<String, Object> settings = new HashMap<>(kafka.producer());
    settings.put("transactional.id", "loop");
    settings.put("retry.backoff.ms", "1");
    settings.put("retry.backoff.max.ms", "5");
    return settings;
  }

  /** Every task must have exactly one outcome. */
  private static void check(ClientConfig kafka, int tasks, int queues) {
    Map<String, Object> settings = new HashMap<>(kafka.consumer());
    settings.put("isolation.level", "read_committed");
    settings.put("enable.auto.commit", "false");
    List<TopicPartition> partitions =
        IntStream.range(0, queues).mapToObj(q -> new TopicPartition(OUTCOMES, q)).toList();
    Set<String> found = new HashSet<>();
    long records = 0;
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(100))) {
          found.add(new String(r.key(), StandardCharsets.US_ASCII));
          records++;
        }
      }
    }
    if (records != tasks || found.size() != tasks) {
      throw new IllegalStateException(
          tasks + " tasks have " + records + " outcomes of " + found.size() + " tasks");
    }
  }
}
