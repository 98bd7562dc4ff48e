package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import org.apache.kafka.common.utils.AppInfoParser;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.ContainerFetchException;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/**
 * The fleet on Apache Kafka's own broker in a container, with its defaults; one worker is killed.
 * Where no Docker engine answers, or it has no way to the image, it is reported as skipped. {@code
 * -Dtidemark.kafka.image=} names another image of the same make, which must be there then; {@code
 * deploy/docker/container-test.sh} builds one and runs this.
 */
class ContainerTest {

  private static final String NAMED = System.getProperty("tidemark.kafka.image");
  private static final String IMAGE =
      NAMED == null ? "apache/kafka:" + AppInfoParser.getVersion() : NAMED;
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private Postgres postgres;
  private KafkaContainer kafka;

  /** Not before all: in reports a class that is skipped as a whole looks like one without tests. */
  @BeforeEach
  void start() throws SQLException {
    assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(), "not run: no Docker engine answers");
    kafka =
        new KafkaContainer(DockerImageName.parse(IMAGE).asCompatibleSubstituteFor("apache/kafka"));
    fetchImage();
    kafka.start();
    postgres = new Postgres();
    fleet.on(kafka.getBootstrapServers());
    fleet.reconciler();
  }

  private void fetchImage() {
    try {
      kafka.getDockerImageName();
    } catch (ContainerFetchException e) {
      if (NAMED != null) {
        throw e;
      }
      abort("not run: the Docker engine has no " + IMAGE + " and cannot pull it, see the log");
    }
  }

  @AfterEach
  void stop() throws SQLException {
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
