package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The fleet on Apache Kafka's own broker in a container, with its defaults; one worker is killed.
 * Where no Docker engine answers it is reported as skipped. {@code -Dtidemark.kafka.image=} names
 * another image of the same make, for sites without a way to the registry.
 */
class ContainerTest {

  private static final String IMAGE =
      System.getProperty("tidemark.kafka.image", "apache/kafka:4.3.1");
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static KafkaContainer kafka;

  @BeforeAll
  static void start() throws SQLException {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "not run: no Docker engine answers");
    kafka =
        new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"));
    kafka.start();
    postgres = new Postgres();
    fleet.on(kafka.getBootstrapServers());
    fleet.reconciler();
  }

  @AfterAll
  static void stop() throws SQLException {
    if (postgres != null) {
      postgres.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  @Test
  void shouldCopyExactlyOnceOnABrokerInAContainerWhenAWorkerIsKilled() throws SQLException {
    int rows = 100_000;
    postgres.fill("src.c", rows);
    postgres.run("CREATE TABLE dst.c (LIKE src.c INCLUDING INDEXES)");
    postgres.slow("dst.c", 0.2);
    Proc killed = fleet.worker("w-killed");
    fleet.worker("w-steady");
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "c.yaml",
                    postgres.copySpec(
                        "c",
                        "src.c",
                        "dst.c",
                        "partition: {key: {rows: 10000}}",
                        "chunk: {rows: 2000}")))
            .path("backfill")
            .asText();
    postgres.awaitNumber("SELECT count(*) FROM dst.c", 10_000, PATIENCE);
    killed.kill9();

    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(rows);
    assertThat(postgres.difference("src.c", "dst.c")).isZero();
    System.out.println("on " + IMAGE + ": " + end);
  }
}
