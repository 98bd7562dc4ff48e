package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code status} and {@code wait} against a broker; the test plays planner and reconciler. */
@Isolated("it reads what this process writes")
final class FollowingTest {

  @TempDir static Path dir;
  private static EmbeddedBroker broker;
  private static ClientConfig kafka;

  /** A namespace of its own for each test: nobody else's backfills in it. */
  private final Topics topics = new Topics("t" + UUID.randomUUID().toString().substring(0, 8));

  @BeforeAll
  static void startBroker() throws Exception {
    broker = EmbeddedBroker.start(dir.resolve("broker"), 0, Map.of());
    kafka = ClientConfig.of(broker.bootstrapServers());
  }

  @AfterAll
  static void stopBroker() {
    broker.close();
  }

  @Test
  void shouldSayThatNothingWasPlannedWhenThereAreNoTopics() {
    Cli cli = cli("status");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains(topics.progress(), "nothing was planned", "--namespace");
  }

  @Test
  void shouldNameTheKnownWhenTheBackfillIsUnknown() throws Exception {
    planned();

    Cli cli = cli("wait", "other-00000000", "--timeout", "1s");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.err()).contains("no backfill other-00000000", "known: " + Reports.BACKFILL);
  }

  @Test
  void shouldWaitForTheReconcilerWhenOnlyPlanned() throws Exception {
    planned();

    Cli cli = cli("wait", Reports.BACKFILL, "--timeout", "300ms");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.err()).contains("planned, but no reconciler");
  }

  @Test
  void shouldGiveUpWithFiveWhenItIsNotOverInTime() throws Exception {
    planned();
    reported(Reports.half());

    Cli cli = cli("wait", Reports.BACKFILL, "--timeout", "300ms");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.err()).contains("is not over after 300ms");
  }

  @Test
  void shouldEndWithOneObjectWhenCompleteAndForScripts() throws Exception {
    planned();
    reported(Reports.over(BackfillState.COMPLETED));

    Cli cli = cli("wait", Reports.BACKFILL, "--output", "json");

    JsonNode json = new ObjectMapper().readTree(cli.lastLine());
    assertThat(cli.exitCode()).isZero();
    assertThat(json.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(json.path("partitions").path("completed").asLong()).isEqualTo(10);
  }

  @Test
  void shouldExitWithThreeWhenPartitionsFailed() throws Exception {
    planned();
    reported(Reports.over(BackfillState.FAILED));

    assertThat(cli("wait", Reports.BACKFILL).exitCode()).isEqualTo(ExitCode.FAILED_PARTITIONS);
  }

  @Test
  void shouldSetAsideAndGoOnWhenARecordIsCorrupt() throws Exception {
    planned();
    send(topics.progress(), Reports.BACKFILL, "junk".getBytes(StandardCharsets.UTF_8));
    reported(Reports.half());

    Cli cli = cli("status");

    assertThat(cli.exitCode()).isZero();
    assertThat(cli.out()).contains(Reports.BACKFILL + " RUNNING");
    assertThat(cli.err()).contains(topics.progress(), "offset 0", "set aside");
  }

  private Cli cli(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(
        List.of(
            "--bootstrap-server", broker.bootstrapServers(), "--namespace", topics.namespace()));
    return Cli.run(all.toArray(String[]::new));
  }

  private void planned() throws Exception {
    TidemarkTopics.ensure(kafka, topics, Set.of(Topics.DEFAULT_DOMAIN), 1);
    Plan plan =
        Plan.newBuilder()
            .setBackfillId(Reports.BACKFILL)
            .setName("orders-copy")
            .setDomain(Topics.DEFAULT_DOMAIN)
            .setSpec("")
            .setFingerprint("1a2b3c4d")
            .setSourceSchema("")
            .setState(PlanState.SEALED)
            .setQueues(1)
            .setPartitions(10)
            .setRowsEstimated(1_000_000)
            .setCoverage(0)
            .setSinkFinish(false)
            .setCreatedAt(1_000)
            .setSealedAt(2_000L)
            .build();
    send(
        topics.plans(), Reports.BACKFILL, AvroSerde.of(Plan.class).serialize(topics.plans(), plan));
  }

  private void reported(Progress p) throws Exception {
    send(
        topics.progress(),
        p.getBackfillId(),
        AvroSerde.of(Progress.class).serialize(topics.progress(), p));
  }

  private void send(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value)).get();
    }
  }
}
