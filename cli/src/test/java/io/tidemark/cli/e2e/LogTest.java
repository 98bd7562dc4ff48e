package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.reconciler.flow.ReconcilerTopology;
import io.tidemark.schemas.topic.TopicDefinition;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What stands on the topics: plans that are planned again, and bytes that mean nothing. */
class LogTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static final Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
  private static Postgres postgres;
  private static Proc reconciler;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    fleet.broker();
    reconciler = fleet.reconciler();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldPublishNothingWhenPlannedAgain() throws Exception {
    postgres.fill("src.twice", 1_000);
    Path spec =
        fleet.write(
            "twice.yaml",
            postgres.copySpec("twice", "src.twice", "dst.twice", "partition: {key: {rows: 100}}"));

    JsonNode first = fleet.plan(spec);
    long before = ends(topics.work("default"));
    JsonNode second = fleet.plan(spec);

    assertThat(first.path("published").asInt()).isEqualTo(10);
    assertThat(second.path("published").asInt()).isZero();
    assertThat(second.path("partitions").asInt()).isEqualTo(10);
    assertThat(ends(topics.work("default"))).isEqualTo(before);
  }

  /** Sum of the end offsets of a topic. */
  private static long ends(String topic) throws Exception {
    try (Admin admin = Admin.create(clients().admin())) {
      int queues =
          admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().size();
      return admin
          .listOffsets(
              IntStream.range(0, queues)
                  .boxed()
                  .collect(
                      Collectors.toMap(
                          q -> new TopicPartition(topic, q), q -> OffsetSpec.latest())))
          .all()
          .get()
          .values()
          .stream()
          .mapToLong(ListOffsetsResultInfo::offset)
          .sum();
    }
  }

  private static ClientConfig clients() throws ClientConfigException {
    return ClientConfig.of(fleet.bootstrap());
  }

  @Test
  void shouldSetCorruptRecordsAsideAndSayWhereTheyAre() throws Exception {
    int rows = 20_000;
    postgres.fill("src.c", rows);
    postgres.run("CREATE TABLE dst.c (LIKE src.c INCLUDING INDEXES)");
    postgres.slow("dst.c", 0.2);
    Path spec =
        fleet.write(
            "c.yaml",
            postgres.copySpec(
                "c", "src.c", "dst.c", "partition: {key: {rows: 1000}}", "chunk: {rows: 500}"));
    Proc worker = fleet.worker("w-1");
    String backfill = fleet.plan(spec).path("backfill").asText();
    await().atMost(PATIENCE).until(() -> postgres.rows("dst.c") > 0);

    Map<String, Corrupt> on = corruptAll();
    // Its successor begins on a log that is corrupt already, with all queues to recover.
    assertNamed(worker, on, topics.work("default"), topics.plans(), topics.directives());
    worker.signal("TERM");
    worker.expect(0, PATIENCE);
    Proc next = fleet.worker("w-2");
    Proc tail = fleet.onKafka("tail", "tail", "--from-beginning");
    Proc again = fleet.onKafka("plan-again", "plan", spec.toString(), "--output", "json");
    Proc wait = fleet.onKafka("wait", "wait", backfill, "--timeout", "4m", "--output", "json");
    JsonNode end = Fleet.json(wait.expect(0, PATIENCE.plus(Fleet.SHORT)));

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(postgres.difference("src.c", "dst.c")).isZero();
    assertThat(Fleet.json(again.expect(0, PATIENCE)).path("published").asInt()).isZero();
    assertNamed(next, on, topics.plans(), topics.directives(), topics.checkpoints("default"));
    assertNamed(
        reconciler,
        on,
        topics.work("default"),
        topics.checkpoints("default"),
        topics.plans(),
        topics.commands(),
        topics.workers(),
        ReconcilerTopology.tallies(topics),
        ReconcilerTopology.orders(topics, "default"));
    // For all others a record without a value is a tombstone.
    for (String topic :
        List.of(topics.work("default"), ReconcilerTopology.orders(topics, "default"))) {
      named(reconciler, on.get(topic).tombstones());
    }
    assertNamed(tail, on, topics.checkpoints("default"));
    assertNamed(again, on, topics.plans());
    assertNamed(wait, on, topics.progress());
    assertThat(next.alive()).as(next::transcript).isTrue();
    assertThat(reconciler.alive()).as(reconciler::transcript).isTrue();
  }

  /**
   * What was put on a topic, on each of its Kafka partitions.
   *
   * @param bytes records whose values are no records
   * @param tombstones records without a value
   */
  private record Corrupt(List<RecordMetadata> bytes, List<RecordMetadata> tombstones) {}

  /** Corrupts every topic there is, by topic. */
  private static Map<String, Corrupt> corruptAll() throws Exception {
    Map<String, Corrupt> on = new TreeMap<>();
    for (TopicDefinition d : topics.definitions(Set.of("default"), Fleet.QUEUES)) {
      on.put(d.name(), corrupt(d.name(), d.partitions()));
    }
    String tallies = ReconcilerTopology.tallies(topics);
    on.put(tallies, corrupt(tallies, 1));
    String orders = ReconcilerTopology.orders(topics, "default");
    on.put(orders, corrupt(orders, Fleet.QUEUES));
    return on;
  }

  /** Puts bytes on a topic that are no record, some that begin like one, and no bytes at all. */
  private static Corrupt corrupt(String topic, int partitions)
      throws ClientConfigException, ExecutionException, InterruptedException {
    Corrupt corrupt = new Corrupt(new ArrayList<>(), new ArrayList<>());
    Map<String, Object> settings = clients().producer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (int p = 0; p < partitions; p++) {
        for (byte[] bytes :
            List.of(
                "no record".getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9},
                new byte[0])) {
          corrupt.bytes().add(send(producer, topic, p, bytes));
        }
        corrupt.tombstones().add(send(producer, topic, p, null));
      }
    }
    return corrupt;
  }

  private static RecordMetadata send(
      KafkaProducer<byte[], byte[]> producer, String topic, int partition, byte[] value)
      throws ExecutionException, InterruptedException {
    byte[] key = "key".getBytes(StandardCharsets.UTF_8);
    return producer.send(new ProducerRecord<>(topic, partition, key, value)).get();
  }

  private static void assertNamed(Proc p, Map<String, Corrupt> on, String... topics) {
    for (String topic : topics) {
      named(p, on.get(topic).bytes());
    }
  }

  private static void named(Proc p, List<RecordMetadata> records) {
    for (RecordMetadata m : records) {
      p.awaitLog(
          "%s(-%2$d|, partition %2$d,) (at )?offset %3$d\\b"
              .formatted(m.topic().replace(".", "\\."), m.partition(), m.offset()));
    }
  }
}
