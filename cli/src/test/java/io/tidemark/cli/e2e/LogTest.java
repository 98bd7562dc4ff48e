package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.ClientConfigException;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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
    Proc worker = fleet.worker("w-1");
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "c.yaml",
                    postgres.copySpec(
                        "c",
                        "src.c",
                        "dst.c",
                        "partition: {key: {rows: 1000}}",
                        "chunk: {rows: 500}")))
            .path("backfill")
            .asText();
    await().atMost(PATIENCE).until(() -> postgres.rows("dst.c") > 0);

    List<RecordMetadata> work = corrupt(topics.work("default"));
    List<RecordMetadata> checkpoints = corrupt(topics.checkpoints("default"));
    List<RecordMetadata> plans = corrupt(topics.plans());
    List<RecordMetadata> directives = corrupt(topics.directives());
    List<RecordMetadata> commands = corrupt(topics.commands());
    List<RecordMetadata> progress = corrupt(topics.progress());
    Proc tail = fleet.onKafka("tail", "tail", "--from-beginning");
    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(postgres.difference("src.c", "dst.c")).isZero();
    assertNamed(worker, work, plans, directives);
    assertNamed(reconciler, work, checkpoints, plans, commands);
    assertNamed(tail, checkpoints);
    assertThat(worker.alive()).isTrue();
    assertThat(reconciler.alive()).isTrue();
    assertThat(progress).isNotEmpty();
  }

  /** Puts bytes on a topic that are no record, and some that begin like one. */
  private static List<RecordMetadata> corrupt(String topic)
      throws ClientConfigException, ExecutionException, InterruptedException {
    List<RecordMetadata> written = new ArrayList<>();
    Map<String, Object> settings = clients().producer();
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(settings)) {
      for (byte[] bytes :
          List.of(
              "no record".getBytes(StandardCharsets.UTF_8),
              new byte[] {(byte) 0xC3, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9},
              new byte[0])) {
        written.add(
            producer
                .send(new ProducerRecord<>(topic, 0, "key".getBytes(StandardCharsets.UTF_8), bytes))
                .get());
      }
    }
    return written;
  }

  @SafeVarargs
  private static void assertNamed(Proc p, List<RecordMetadata>... records) {
    for (List<RecordMetadata> each : records) {
      for (RecordMetadata m : each) {
        p.awaitLog(
            "%s(-%2$d|, partition %2$d,) (at )?offset %3$d\\b"
                .formatted(m.topic().replace(".", "\\."), m.partition(), m.offset()));
      }
    }
  }
}
