package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.doctor.Finding;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.worker.app.Worker;
import io.tidemark.worker.app.WorkerConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** {@code doctor} on what is well and on what is broken, on a real broker. */
@Isolated("it reads what this process writes")
final class DoctorTest {

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(dir.resolve("broker"), 0, Map.of());
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  @Test
  void shouldFindAllWellWhenAllRuns() throws Exception {
    Namespace n = new Namespace(broker.bootstrapServers());
    n.planned();
    WorkerConfig config =
        WorkerConfig.of(
            Map.of("namespace", n.topics.namespace(), "worker.id", "w1", "queues", "1"));
    try (Reconciler reconciler = n.reconciler(dir.resolve("well"));
        Worker worker = Worker.start(config, ClientConfig.of(broker.bootstrapServers()))) {
      assertThat(reconciler.failure()).isEmpty();
      assertThat(worker.running()).isTrue();

      Cli cli = n.cli("doctor", spec(dir, "a,b\n1,x\n").toString());

      assertThat(cli.exitCode()).as(cli.out() + cli.err()).isZero();
      assertThat(cli.out())
          .doesNotContain("✗")
          .contains("! brokers: 1 broker")
          .containsSubsequence(
              "✓ Java: ",
              "✓ Kafka: answers at " + broker.bootstrapServers(),
              "✓ version: metadata.version ",
              "✓ transactions: can be begun",
              "✓ topics: 11 as they must be",
              "✓ reconciler: group " + n.topics.namespace() + "-reconciler: Stable",
              "✓ workers of default: 1 with 2 lanes",
              "✓ clocks: agree",
              "✓ source and sink: reached",
              "✓ cut: copy-");
    }
  }

  @Test
  void shouldOnlyWarnWhenNothingWasBegunYet() throws Exception {
    Cli cli = new Namespace(broker.bootstrapServers()).cli("doctor", "--output", "json");

    JsonNode last = new ObjectMapper().readTree(cli.lastLine());
    assertThat(cli.exitCode()).isZero();
    assertThat(last.path("check").asText()).isEqualTo("topics");
    assertThat(last.path("level").asText()).isEqualTo("warning");
    assertThat(last.path("remedy").asText()).contains("--namespace");
  }

  @Test
  void shouldNameTheTopicAndTheRemedyWhenOneIsNotAsItMustBe() throws Exception {
    Namespace n = new Namespace(broker.bootstrapServers());
    n.planned();
    alter(n.topics.progress(), "cleanup.policy", "delete");
    alter(n.topics.plans(), "min.insync.replicas", "2");
    try (Admin admin = Admin.create(ClientConfig.of(broker.bootstrapServers()).admin())) {
      admin.deleteTopics(List.of(n.topics.alerts())).all().get();
    }

    Cli cli = n.cli("doctor");

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.out())
        .contains(
            "✗ topics: topic "
                + n.topics.progress()
                + " has cleanup.policy=delete, expected compact",
            "→ set it with kafka-configs.sh --alter --topic " + n.topics.progress(),
            "topic " + n.topics.plans() + " has 1 replicas and min.insync.replicas=2",
            "missing: " + n.topics.alerts(),
            "✗ reconciler: none runs",
            "→ start `tidemark reconciler`");
  }

  @Test
  void shouldExitWithFiveWhenNoBrokerAnswers() throws Exception {
    Cli cli =
        Cli.run(
            "doctor",
            "--bootstrap-server",
            "127.0.0.1:1",
            "--command-config",
            Files.writeString(dir.resolve("empty.properties"), "").toString());

    assertThat(cli.exitCode()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(cli.out()).contains("✗ Kafka: cannot reach Kafka at 127.0.0.1:1", "→ check");
  }

  @Test
  void shouldTellOfAllWhenSettingsAndSpecCannotBeUsed() throws Exception {
    Path config =
        Files.writeString(
            dir.resolve("bad.properties"), "ssl.keystore.password=${env:TIDEMARK_NO_SUCH}\n");

    Cli cli =
        Cli.run(
            "doctor", dir.resolve("none.yaml").toString(), "--command-config", config.toString());

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.out())
        .contains("✗ Kafka settings: ", "${env:TIDEMARK_NO_SUCH}", "✗ spec: there is no spec");
  }

  @Test
  void shouldWriteWithoutSignsWhenTheTerminalHasNone() {
    Finding f = new Finding("topics", Finding.Level.FAILED, "gone", "make them");

    assertThat(DoctorCommand.text(f, false))
        .isEqualTo("FAILED topics: gone%n    -> make them".formatted());
    assertThat(DoctorCommand.text(f, true))
        .isEqualTo("✗ topics: gone%n    → make them".formatted());
  }

  private static void alter(String topic, String name, String value) throws Exception {
    try (Admin admin = Admin.create(ClientConfig.of(broker.bootstrapServers()).admin())) {
      admin
          .incrementalAlterConfigs(
              Map.of(
                  new ConfigResource(ConfigResource.Type.TOPIC, topic),
                  List.of(
                      new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET))))
          .all()
          .get();
    }
  }

  private static Path spec(Path dir, String rows) throws IOException {
    Files.createDirectories(dir.resolve("in"));
    Files.writeString(dir.resolve("in/a.csv"), rows);
    return Files.writeString(
        dir.resolve("copy.yaml"),
        """
        apiVersion: tidemark/v1
        name: copy
        source: {file: {path: %s/in/*.csv, format: csv}}
        sink: {file: {path: %s/out, format: csv}}
        """
            .formatted(dir, dir));
  }
}
