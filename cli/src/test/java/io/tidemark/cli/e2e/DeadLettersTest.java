package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Rows that a sink refuses, and records that nobody can read, with real processes. */
class DeadLettersTest {

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

  /** One bad row in each 100,000, a worker killed in the middle: only those are set aside. */
  @Test
  void shouldSetAsideExactlyTheRowsThatTheSinkRefusesThoughAWorkerIsKilled() throws Exception {
    int rows = 500_000;
    postgres.fill("src.p", rows);
    postgres.run("CREATE TABLE dst.p (LIKE src.p INCLUDING INDEXES)");
    postgres.run("ALTER TABLE dst.p ADD CHECK (id / 3 % 100000 <> 77777)");
    Proc killed = fleet.worker("w-killed");
    String backfill =
        plan(
            "p.yaml",
            postgres.copySpec(
                "p",
                "src.p",
                "dst.p",
                "partition: {key: {rows: 25000}}",
                "chunk: {rows: 5000}",
                "deadLetters: {count: 10, share: 0.001}"));
    postgres.awaitNumber(
        "SELECT count(*) FROM dst.tidemark_progress WHERE dead_letters > 0", 1, PATIENCE);
    killed.kill9();
    fleet.worker("w-next");

    JsonNode end = fleet.waitFor(backfill, PATIENCE);

    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("dead_letters").asLong()).isEqualTo(5);
    assertThat(end.path("rows").asLong()).isEqualTo(rows - 5);
    assertThat(postgres.rows("dst.p")).isEqualTo(rows - 5);
    assertThat(
            postgres.number(
                "SELECT count(*) FROM src.p s WHERE NOT EXISTS (SELECT 1 FROM dst.p d WHERE d = s)"))
        .isEqualTo(5);
    List<JsonNode> letters = letters(backfill);
    assertThat(letters.stream().map(l -> json(l.path("row").asText()).path("id").asLong() / 3))
        .containsExactlyInAnyOrder(77_777L, 177_777L, 277_777L, 377_777L, 477_777L);
    assertThat(letters).allMatch(l -> l.path("code").asText().equals("23514"));
  }

  @Test
  void shouldSetAsideTheLinesThatAreNoRecords() throws SQLException {
    int lines = 20_000;
    fleet.write(
        "lines.jsonl",
        IntStream.rangeClosed(1, lines)
            .mapToObj(
                i ->
                    i % 5_000 == 0 ? "{\"id\": oops" : "{\"id\": %d, \"name\": \"n\"}".formatted(i))
            .collect(Collectors.joining("\n", "", "\n")));
    postgres.run("CREATE TABLE dst.l (id bigint PRIMARY KEY, name text)");
    fleet.worker("w-lines");

    String backfill =
        plan(
            "l.yaml",
            """
            apiVersion: tidemark/v1
            name: lines
            source: {file: {path: "%s/lines.jsonl", format: jsonl}}
            sink: {jdbc: {%s}}
            deadLetters: {share: 0.01}
            """
                .formatted(fleet.dir(), postgres.jdbc("dst.l")));

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("dead_letters").asLong()).isEqualTo(4);
    assertThat(postgres.rows("dst.l")).isEqualTo(lines - 4);
    assertThat(letters(backfill))
        .hasSize(4)
        .allMatch(l -> l.path("row").asText().equals("{\"id\": oops"));
  }

  @Test
  void shouldSetAsideTheRowsThatACastRefuses() throws SQLException {
    int rows = 20_000;
    postgres.run("CREATE TABLE src.c (id bigint PRIMARY KEY, n text)");
    postgres.run(
        "INSERT INTO src.c SELECT i, CASE WHEN i % 7000 = 0 THEN 'many' ELSE i::text END"
            + " FROM generate_series(1, "
            + rows
            + ") i");
    postgres.run("CREATE TABLE dst.c (id bigint PRIMARY KEY, amount int)");
    fleet.worker("w-casts");

    String backfill =
        plan(
            "c.yaml",
            postgres.copySpec(
                "c",
                "src.c",
                "dst.c",
                "transform: {rename: {n: amount}, cast: {n: int}}",
                "deadLetters: {count: 10}"));

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("dead_letters").asLong()).isEqualTo(2);
    assertThat(postgres.rows("dst.c WHERE amount = id")).isEqualTo(rows - 2);
    assertThat(letters(backfill).stream().map(l -> l.path("row").asText()))
        .containsExactlyInAnyOrder(
            "{\"id\": 7000, \"n\": \"many\"}", "{\"id\": 14000, \"n\": \"many\"}");
  }

  private static String plan(String name, String spec) {
    Path file = fleet.write(name, spec);
    return fleet.plan(file).path("backfill").asText();
  }

  private static List<JsonNode> letters(String backfill) {
    Proc listed = fleet.onKafka("letters", "dead-letters", backfill, "--output", "json");
    listed.expect(0, PATIENCE);
    return new ArrayList<>(listed.out().lines().map(DeadLettersTest::json).toList());
  }

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + text, e);
    }
  }
}
