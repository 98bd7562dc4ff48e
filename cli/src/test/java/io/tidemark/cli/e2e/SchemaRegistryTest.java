package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.testing.SchemaRegistryServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A fleet whose records travel by a schema registry: a real one, which is killed as well. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SchemaRegistryTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int ROWS = 60_000;
  private static final String USER = "ada";
  private static final String CHECKPOINTS =
      new Topics(Topics.DEFAULT_NAMESPACE).checkpoints(Topics.DEFAULT_DOMAIN);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static SchemaRegistryServer registry;
  private static Postgres postgres;
  private static Proc worker;
  private static Proc tail;
  private static String backfill;

  @BeforeAll
  static void start() throws SQLException {
    registry = SchemaRegistryServer.own();
    postgres = new Postgres();
    fleet.broker();
    // Apicurio asks for none, and takes what comes: what matters here is where it does not show.
    fleet.settings(
        "schema.registry.url=" + registry.url(),
        "schema.registry.max.retries=1",
        "schema.registry.retries.wait.ms=100",
        "basic.auth.credentials.source=USER_INFO",
        "basic.auth.user.info=" + USER + ":${env:WRONG_PASSWORD}");
    fleet.reconciler();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
    registry.close();
  }

  private static String plan(String name) throws SQLException {
    postgres.fill("src." + name, ROWS);
    postgres.run("CREATE TABLE dst." + name + " (LIKE src." + name + " INCLUDING INDEXES)");
    postgres.slow("dst." + name, 0.3);
    return fleet
        .plan(
            fleet.write(
                name + ".yaml",
                postgres.copySpec(
                    name,
                    "src." + name,
                    "dst." + name,
                    "partition: {key: {rows: 5000}}",
                    "chunk: {rows: 1000}")))
        .path("backfill")
        .asText();
  }

  private static void assertExact(String backfill, String name) throws SQLException {
    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(ROWS);
    assertThat(postgres.difference("src." + name, "dst." + name)).isZero();
  }

  @Test
  @Order(1)
  void shouldShowTheSameCheckpointsToTailAndToAPlainConsumer() throws Exception {
    worker = fleet.worker("w-1");
    tail = fleet.onKafka("tail", "tail", "--from-beginning", "--output", "json");
    backfill = plan("a");
    postgres.awaitNumber("SELECT count(*) FROM dst.a", ROWS / 3, PATIENCE);
    // In the middle of it: both read on while it runs.
    PlainConsumer plain = new PlainConsumer(fleet.bootstrap(), registry.url(), CHECKPOINTS);
    plain.read();
    assertThat(plain.records()).as("while it runs").isNotEmpty();
    assertExact(backfill, "a");
    plain.read();

    assertThat(plain.forms()).containsOnlyKeys("registry");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> assertThat(tail.out().lines().toList()).hasSize(plain.records().size()));
    assertThat(tail.out().lines().toList()).containsExactlyInAnyOrderElementsOf(plain.records());
    System.out.println(plain.records().size() + " checkpoints, each as tail shows it");
    plain.close();
  }

  @Test
  @Order(2)
  void shouldShowItsSchemaIdToKcat() throws Exception {
    PlainConsumer plain = new PlainConsumer(fleet.bootstrap(), registry.url(), CHECKPOINTS);
    plain.read();
    plain.close();
    Map<String, Integer> ids = new TreeMap<>();
    Matcher line = Pattern.compile("@@(\\d+ \\d+) 0 (\\d+) ").matcher(kcat());
    while (line.find()) {
      ids.put(line.group(1), Integer.valueOf(line.group(2)));
    }
    assertThat(ids).isEqualTo(plain.ids());
  }

  /**
   * Partition, offset, and the value by kcat's own unpacking: a byte, an unsigned int, the rest.
   */
  private static String kcat() throws IOException, InterruptedException {
    Path out = fleet.dir().resolve("kcat.out");
    Process kcat;
    try {
      kcat =
          new ProcessBuilder(
                  "kcat",
                  "-C",
                  "-q",
                  "-e",
                  "-b",
                  fleet.bootstrap(),
                  "-t",
                  CHECKPOINTS,
                  "-o",
                  "beginning",
                  "-X",
                  "isolation.level=read_committed",
                  "-s",
                  "value=>B I s",
                  "-f",
                  "@@%p %o %s\n")
              .redirectErrorStream(true)
              .redirectOutput(out.toFile())
              .start();
    } catch (IOException e) {
      Assumptions.abort("not run: there is no kcat");
      return "";
    }
    assertThat(kcat.waitFor(1, TimeUnit.MINUTES)).as("kcat ends").isTrue();
    String said = Files.readString(out, StandardCharsets.ISO_8859_1);
    assertThat(kcat.exitValue()).as(said).isZero();
    return said;
  }

  @Test
  @Order(3)
  void shouldFindAllWellWhenTheDoctorLooks() {
    Proc doctor = fleet.onKafka("doctor", "doctor").expect(0, Fleet.SHORT);
    assertThat(doctor.out())
        .contains("schema registry: answers at " + registry.url() + "; 9 subjects as they must be");
  }

  @Test
  @Order(4)
  void shouldGoOnAndObeyWhenTheRegistryIsAwayAndStartNothingNew() throws Exception {
    String id = plan("b");
    postgres.awaitNumber("SELECT count(*) FROM dst.b", ROWS / 5, PATIENCE);
    registry.kill();
    // Whoever is on call must be able to, and hears the answer.
    Proc pause = fleet.onKafka("pause", "pause", id).expect(0, Fleet.SHORT);
    assertThat(pause.out()).contains("pause " + id + ": ");
    long before = postgres.rows("dst.b");

    Proc late = fleet.onKafka("w-late", "worker", "--id", "w-late").expect(5, Fleet.SHORT);
    assertThat(late.err())
        .contains("no schema registry answers")
        .contains(registry.url())
        .doesNotContain("Exception:");
    Proc doctor = fleet.onKafka("doctor", "doctor").expect(5, Fleet.SHORT);
    assertThat(doctor.out()).contains("schema registry: no schema registry answers");
    fleet.onKafka("resume", "resume", id).expect(0, Fleet.SHORT);

    // Of a schema that nobody has met, as a newer release would write it.
    foreign("tidemark.work.default");
    postgres.awaitNumber("SELECT count(*) FROM dst.b", before + ROWS / 5, PATIENCE);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(worker.err())
                    .containsPattern("tidemark.work.default-0 waits at offset \\d+: no schema"));
    assertThat(worker.alive()).as(worker::transcript).isTrue();
    // What only reads learns the schemas it meets from the registry: it waits for its return.
    postgres.awaitNumber("SELECT count(*) FROM dst.b", ROWS, PATIENCE);
    registry.restart();
    assertExact(id, "b");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(worker.err())
                    .contains("no Descriptor: schema 2147483647", "set aside, the records after"));
    assertThat(worker.alive()).as(worker::transcript).isTrue();
  }

  private static void foreign(String topic) throws Exception {
    byte[] value = {0, 127, -1, -1, -1, 1, 2, 3};
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", fleet.bootstrap()),
            new ByteArraySerializer(),
            new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(topic, 0, null, value)).get();
    }
  }

  @Test
  @Order(5)
  void shouldShowNoCredentialAnywhere() {
    for (String said : List.of(worker.err(), worker.out(), tail.err(), tail.out())) {
      assertThat(said).doesNotContain(Fleet.WRONG_PASSWORD);
    }
  }
}
