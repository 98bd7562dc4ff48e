package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.testing.SchemaRegistryServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One backfill that begins without a registry, goes on with one, and ends without. */
class SchemaRegistrySwitchTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int ROWS = 120_000;
  private static final Topics TOPICS = new Topics(Topics.DEFAULT_NAMESPACE);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static final SchemaRegistryServer registry = SchemaRegistryServer.shared();
  private static Postgres postgres;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    fleet.broker();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldCopyExactlyOnceWhenTheFormOfRecordsIsSwitchedInMidRun() throws Exception {
    postgres.fill("src.s", ROWS);
    postgres.run("CREATE TABLE dst.s (LIKE src.s INCLUDING INDEXES)");
    postgres.slow("dst.s", 0.4);

    Proc reconciler = fleet.reconciler();
    Proc worker = fleet.worker("w-1");
    String backfill =
        fleet
            .plan(
                fleet.write(
                    "s.yaml",
                    postgres.copySpec(
                        "s",
                        "src.s",
                        "dst.s",
                        "partition: {key: {rows: 6000}}",
                        "chunk: {rows: 1500}")))
            .path("backfill")
            .asText();
    postgres.awaitNumber("SELECT count(*) FROM dst.s", ROWS / 4, PATIENCE);
    assertThat(forms()).containsOnlyKeys("single-object");

    worker.kill9();
    reconciler.kill9();
    fleet.settings("schema.registry.url=" + registry.url());
    reconciler = fleet.reconciler();
    worker = fleet.worker("w-1");
    long before = postgres.rows("dst.s");
    postgres.awaitNumber("SELECT count(*) FROM dst.s", before + ROWS / 4, PATIENCE);
    assertThat(forms()).containsKeys("single-object", "registry");

    worker.kill9();
    fleet.settings();
    // It cannot read what is there, and must not pass over it: that would be lost work.
    Proc without = fleet.onKafka("w-2", "worker", "--id", "w-2").expect(5, PATIENCE);
    assertThat(without.err()).contains("set schema.registry.url");

    reconciler.kill9();
    fleet.settings(
        "schema.registry.url=" + registry.url(),
        "avro.serializer.class=io.tidemark.schemas.registry.SingleObjectSerializer");
    fleet.reconciler();
    int ofRegistry = forms().get("registry");
    fleet.worker("w-1");
    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(ROWS);
    assertThat(postgres.difference("src.s", "dst.s")).isZero();
    Map<String, Integer> forms = forms();
    assertThat(forms.get("registry")).as("none of it was written since").isEqualTo(ofRegistry);
    System.out.println("checkpoints: " + forms);
  }

  private static Map<String, Integer> forms() {
    try (PlainConsumer plain =
        new PlainConsumer(
            fleet.bootstrap(), registry.url(), TOPICS.checkpoints(Topics.DEFAULT_DOMAIN))) {
      plain.read();
      return plain.forms();
    }
  }
}
