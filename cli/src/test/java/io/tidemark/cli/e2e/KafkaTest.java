package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Topics as source and sink, with workers that are killed in mid-run. */
class KafkaTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int PARTITIONS = 3;
  private static final int KILLS = 4;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static int workers;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    fleet.broker();
    fleet.reconciler();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldBeReadOnceEachWhenWorkersAreKilledAtRandom() throws Exception {
    int records = 200_000;
    fill("events", records);
    Path spec =
        fleet.write(
            "copy.yaml",
            """
            apiVersion: tidemark/v1
            name: copy
            source: {kafka: {bootstrap: "%1$s", topic: events, format: bytes, keyFormat: bytes}}
            partition: {offset: {records: 5000}}
            sink:
              kafka: {bootstrap: "%1$s", topic: events-copy, format: bytes, partition: _partition,
                partitions: 3}
            chunk: {rows: 500}
            limits: {rowsPerSecond: 15000}
            """
                .formatted(fleet.bootstrap()));
    List<Proc> alive = new ArrayList<>(List.of(worker(), worker()));
    String backfill = fleet.plan(spec).path("backfill").asText();

    for (int i = 0; i < KILLS; i++) {
      long before = committed("events-copy");
      await().atMost(PATIENCE).until(() -> committed("events-copy") > before);
      Fleet.pause(fleet.moment(0, 1_500));
      alive.removeFirst().kill9();
      alive.add(worker());
    }
    assertThat(committed("events-copy")).as("killed in mid-run").isLessThan(records);

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(records);
    // The marks of the last commit come a little behind its answer.
    await().atMost(PATIENCE).until(() -> committed("events-copy") >= records);
    assertThat(told(read("events-copy"))).isEqualTo(told(read("events")));
    end(alive);
  }

  @Test
  void shouldBringATableBackWhenAWorkerIsKilledInEachLeg() throws Exception {
    int rows = 60_000;
    postgres.fill("src.orders", rows);
    postgres.run("UPDATE src.orders SET name = NULL WHERE id % 7 = 0");
    Path there =
        fleet.write(
            "there.yaml",
            """
            apiVersion: tidemark/v1
            name: there
            source: {jdbc: {%s}}
            partition: {key: {rows: 4000}}
            sink: {kafka: {bootstrap: "%s", topic: orders, format: json, key: [id], partitions: 3}}
            chunk: {rows: 400}
            limits: {rowsPerSecond: 8000}
            """
                .formatted(postgres.jdbc("src.orders"), fleet.bootstrap()));
    Path back =
        fleet.write(
            "back.yaml",
            """
            apiVersion: tidemark/v1
            name: back
            source:
              kafka:
                bootstrap: "%s"
                topic: orders
                format: json
                schema: {id: long, at: timestamptz, name: string}
                columns: {key: false, timestamp: false, headers: false, partition: false, offset: false}
            partition: {offset: {records: 4000}}
            sink: {jdbc: {%s, key: [id]}}
            chunk: {rows: 400}
            limits: {rowsPerSecond: 8000}
            """
                .formatted(fleet.bootstrap(), postgres.jdbc("dst.orders")));
    postgres.run("CREATE TABLE dst.orders (LIKE src.orders INCLUDING INDEXES)");
    List<Proc> alive = new ArrayList<>(List.of(worker(), worker()));

    String first = fleet.plan(there).path("backfill").asText();
    await().atMost(PATIENCE).until(() -> committed("orders") > 0);
    Fleet.pause(fleet.moment(500, 3_000));
    alive.removeFirst().kill9();
    alive.add(worker());
    assertThat(committed("orders")).as("killed in mid-run").isLessThan(rows);
    JsonNode one = fleet.waitFor(first, PATIENCE);
    // A plan ends at the last stable offset, and the marks of the last commit come a little late.
    await().atMost(PATIENCE).until(() -> committed("orders") >= rows);
    String second = fleet.plan(back).path("backfill").asText();
    postgres.awaitNumber("SELECT count(*) FROM dst.orders", 1, PATIENCE);
    Fleet.pause(fleet.moment(500, 3_000));
    alive.removeFirst().kill9();
    assertThat(postgres.rows("dst.orders")).as("killed in mid-run").isLessThan(rows);
    JsonNode two = fleet.waitFor(second, PATIENCE);

    assertThat(one.path("rows").asLong()).isEqualTo(rows);
    assertThat(two.path("rows").asLong()).isEqualTo(rows);
    assertThat(postgres.difference("src.orders", "dst.orders")).isZero();
    end(alive);
  }

  @Test
  void shouldCompleteWithNoRowsWhenTheTopicIsEmpty() throws Exception {
    fill("nothing", 0);
    Path spec =
        fleet.write(
            "nothing.yaml",
            """
            apiVersion: tidemark/v1
            name: nothing
            source: {kafka: {bootstrap: "%1$s", topic: nothing, format: string}}
            sink: {kafka: {bootstrap: "%1$s", topic: nothing-copy, format: string}}
            """
                .formatted(fleet.bootstrap()));

    JsonNode end = fleet.waitFor(fleet.plan(spec).path("backfill").asText(), PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isZero();
  }

  private static Proc worker() {
    return fleet.worker("w-" + ++workers);
  }

  private static void end(List<Proc> alive) {
    alive.forEach(Proc::close);
  }

  /** Keys, values, headers and times of all kinds, in transactions of which some are aborted. */
  private static void fill(String topic, int records) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", fleet.bootstrap()))) {
      admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1))).all().get();
    }
    long now = System.currentTimeMillis();
    try (Producer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of(
                "bootstrap.servers",
                fleet.bootstrap(),
                "transactional.id",
                "fill",
                "retry.backoff.ms",
                1,
                "retry.backoff.max.ms",
                5,
                "key.serializer",
                ByteArraySerializer.class,
                "value.serializer",
                ByteArraySerializer.class))) {
      producer.initTransactions();
      for (int from = 0; from < records; from += 2_000) {
        for (boolean aborted : new boolean[] {true, false}) {
          producer.beginTransaction();
          for (int i = from; i < (aborted ? from + 100 : from + 2_000); i++) {
            ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(
                    topic, i % PARTITIONS, now + i, i % 5 == 0 ? null : bytes("k" + i), value(i));
            if (i % 3 == 0) {
              record.headers().add(new RecordHeader("n", new byte[] {(byte) i, -1}));
            }
            var unused = producer.send(record); // flush and commit wait for it
          }
          producer.flush();
          if (aborted) {
            producer.abortTransaction();
          } else {
            producer.commitTransaction();
          }
        }
      }
    }
  }

  private static byte[] value(int i) {
    return i % 11 == 0 ? null : bytes("value " + i + " " + "x".repeat(i % 60));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** All of each record but its offset, in an order of its own. */
  private static List<String> told(List<ConsumerRecord<byte[], byte[]>> records) {
    return records.stream()
        .map(
            r ->
                "%d %d %s %s %s"
                    .formatted(
                        r.partition(),
                        r.timestamp(),
                        r.key() == null ? "-" : new String(r.key(), StandardCharsets.UTF_8),
                        r.value() == null ? "-" : new String(r.value(), StandardCharsets.UTF_8),
                        r.headers()))
        .sorted()
        .toList();
  }

  private static long committed(String topic) throws Exception {
    return read(topic).size();
  }

  private static List<ConsumerRecord<byte[], byte[]>> read(String topic) throws Exception {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> consumer =
        new KafkaConsumer<>(
            Map.of(
                "bootstrap.servers",
                fleet.bootstrap(),
                "isolation.level",
                "read_committed",
                "key.deserializer",
                ByteArrayDeserializer.class,
                "value.deserializer",
                ByteArrayDeserializer.class))) {
      List<TopicPartition> partitions =
          IntStream.range(0, PARTITIONS).mapToObj(p -> new TopicPartition(topic, p)).toList();
      consumer.assign(partitions);
      consumer.seekToBeginning(partitions);
      Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
      while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
        consumer.poll(Duration.ofMillis(50)).forEach(all::add);
      }
    }
    return all;
  }
}
