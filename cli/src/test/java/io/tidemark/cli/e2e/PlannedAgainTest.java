package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** One spec, planned again after its backfill was archived: the id is the same, all else is new. */
class PlannedAgainTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

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
  void shouldCopyAnewThoughTheDescriptorsOfTheArchivedRunAreReadAgain() throws Exception {
    // It waits on every queue, so no offset passes it: whoever takes a queue over reads all.
    postgres.fill("src.w", 24_000);
    String waiting = backfill(plan("w", "approval: true", "partition: {key: {rows: 1000}}"));
    postgres.fill("src.r", 30_000);
    postgres.run("CREATE TABLE dst.r (LIKE src.r INCLUDING INDEXES)");
    Proc first = fleet.worker("w-first");
    Path spec = spec("r", "partition: {key: {rows: 1000}}", "chunk: {rows: 500}");
    JsonNode planned = fleet.plan(spec);
    String backfill = backfill(planned);
    assertThat(fleet.waitFor(backfill, PATIENCE).path("rows").asLong()).isEqualTo(30_000);

    archive(backfill);
    Proc unknown = fleet.onKafka("pause", "pause", backfill);
    unknown.expect(2, Fleet.SHORT);
    assertThat(unknown.err()).contains("there is no backfill " + backfill, waiting);
    Proc refused = fleet.onKafka("plan", "plan", spec.toString());
    refused.expect(2, Fleet.SHORT);
    assertThat(refused.err())
        .contains("it was archived", "DELETE FROM \"dst\".\"tidemark_progress\"");
    // Other rows in other partitions: what is taken from the archived run would show.
    postgres.run(
        "TRUNCATE dst.r",
        "DELETE FROM dst.tidemark_progress WHERE backfill = '" + backfill + "'",
        "DELETE FROM src.r WHERE id % 2 = 0",
        "INSERT INTO src.r SELECT -i, now(), 'more' FROM generate_series(1, 20000) i",
        "ANALYZE src.r");
    postgres.slow("dst.r", 0.3);

    JsonNode again = fleet.plan(spec);

    assertThat(backfill(again)).isEqualTo(backfill);
    assertThat(again.path("published").asLong()).isEqualTo(again.path("partitions").asLong());
    postgres.awaitNumber("SELECT count(*) FROM dst.r", 1, PATIENCE);
    first.kill9();
    fleet.worker("w-next");
    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(35_000);
    assertThat(end.path("drift").asLong()).isZero();
    assertThat(postgres.difference("src.r", "dst.r")).isZero();

    archive(backfill);
    cancelledIsNotPlannedAgain(waiting);
  }

  private static void cancelledIsNotPlannedAgain(String waiting) {
    fleet.onKafka("cancel", "cancel", waiting, "--yes", "--why", "no").expect(0, Fleet.SHORT);
    Proc again = fleet.onKafka("plan", "plan", fleet.dir().resolve("w.yaml").toString());
    again.expect(2, Fleet.SHORT);
    assertThat(again.err()).contains("was cancelled by", "no", "tidemark archive " + waiting);
  }

  private static void archive(String backfill) {
    fleet.onKafka("archive", "archive", backfill, "--yes").expect(0, Fleet.SHORT);
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              Proc status = fleet.onKafka("status", "status");
              status.expect(0, Fleet.SHORT);
              return !status.out().contains(backfill);
            });
  }

  private static JsonNode plan(String table, String... more) {
    return fleet.plan(spec(table, more));
  }

  private static Path spec(String table, String... more) {
    return fleet.write(
        table + ".yaml", postgres.copySpec(table, "src." + table, "dst." + table, more));
  }

  private static String backfill(JsonNode planned) {
    return planned.path("backfill").asText();
  }
}
