package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code tidemark run}: interrupted again and again, other ways in and out, and what it prints. */
class RunTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int INTERRUPTIONS = 10;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @Test
  void shouldCopyExactlyOnceWhenInterruptedTenTimes() throws SQLException {
    int rows = 100_000;
    postgres.fill("src.a", rows);
    postgres.run("CREATE TABLE dst.a (LIKE src.a INCLUDING INDEXES)");
    postgres.slow("dst.a", 0.1);
    Path spec =
        fleet.write(
            "a.yaml",
            postgres.copySpec(
                "a", "src.a", "dst.a", "partition: {key: {rows: 3000}}", "chunk: {rows: 500}"));

    for (int i = 0; i < INTERRUPTIONS; i++) {
      long before = postgres.rows("dst.a");
      Proc p = fleet.start("run-" + i, "run", spec.toString(), "--data", "data-a");
      boolean early = i % 2 == 0;
      if (early) {
        Fleet.pause(fleet.moment(500, 4_000));
      } else {
        await().atMost(PATIENCE).until(() -> !p.alive() || postgres.rows("dst.a") > before);
        Fleet.pause(fleet.moment(0, 500));
      }
      // Not SIGINT: a build that runs in the background of a shell makes its children ignore that.
      p.signal("TERM");
      // Before the command listens, the JVM ends by the signal itself.
      assertThat(p.exit(PATIENCE))
          .as(p::transcript)
          .isIn(early ? new Object[] {130, 143} : new Object[] {130});
    }
    Proc last =
        fleet.start("run-last", "run", spec.toString(), "--data", "data-a", "--output", "json");

    JsonNode end = Fleet.json(last.expect(0, PATIENCE));
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(rows);
    assertThat(postgres.difference("src.a", "dst.a")).isZero();
    assertThat(end.fieldNames())
        .toIterable()
        .containsExactly(
            "backfill",
            "state",
            "partitions",
            "rows",
            "bytes",
            "dead_letters",
            "digest",
            "wall_s",
            "rows_per_s");
    assertThat(end.path("partitions").fieldNames())
        .toIterable()
        .containsExactly("pending", "running", "retrying", "completed", "failed", "cancelled");
    System.out.println("interrupted " + INTERRUPTIONS + " times; " + end);
  }

  @Test
  void shouldMoveFilesIntoPostgresAndBackOut() throws SQLException, IOException {
    int rows = 5_000;
    Files.createDirectories(fleet.dir().resolve("in"));
    fleet.write(
        "in/cities.csv",
        IntStream.rangeClosed(1, rows)
            .mapToObj(i -> i + ",\"city, " + i + "\"")
            .collect(Collectors.joining("\n", "id,name\n", "\n")));
    postgres.run("CREATE TABLE dst.cities (id bigint PRIMARY KEY, name text)");
    Path in =
        fleet.write(
            "in.yaml",
            """
            apiVersion: tidemark/v1
            name: cities-in
            source: {file: {path: "%s/in/*.csv", format: csv}}
            sink: {jdbc: {%s}}
            """
                .formatted(fleet.dir(), postgres.jdbc("dst.cities")));
    Path out =
        fleet.write(
            "out.yaml",
            """
            apiVersion: tidemark/v1
            name: cities-out
            source: {jdbc: {%s}}
            partition: {key: {rows: 1000}}
            sink: {file: {path: "%s/out/", format: parquet}}
            """
                .formatted(postgres.jdbc("dst.cities"), fleet.dir()));
    Path back =
        fleet.write(
            "back.yaml",
            """
            apiVersion: tidemark/v1
            name: cities-back
            source: {file: {path: "%s/out/*.parquet", format: parquet}}
            sink: {jdbc: {%s}}
            """
                .formatted(fleet.dir(), postgres.jdbc("dst.back")));

    for (Path spec : new Path[] {in, out, back}) {
      fleet
          .start("files", "run", spec.toString(), "--data", "data-files", "--queues", "4")
          .expect(0, PATIENCE);
    }

    assertThat(postgres.rows("dst.cities")).isEqualTo(rows);
    assertThat(postgres.difference("dst.cities", "dst.back")).isZero();
    assertThat(postgres.number("SELECT id FROM dst.back WHERE name = 'city, 77'")).isEqualTo(77);
  }

  @Test
  void shouldRefuseTheSinksOldProgressWhenTheLogWasLost() throws SQLException {
    postgres.fill("src.lost", 100);
    Path spec = fleet.write("lost.yaml", postgres.copySpec("lost", "src.lost", "dst.lost"));
    fleet.start("lost-1", "run", spec.toString(), "--data", "data-lost-1").expect(0, PATIENCE);
    postgres.run("DROP TABLE dst.lost");

    Proc refused = fleet.start("lost-2", "run", spec.toString(), "--data", "data-lost-2");

    refused.expect(2, PATIENCE);
    Matcher remedy = Pattern.compile("DELETE FROM .* = 'lost-[0-9a-f]{8}'").matcher(refused.err());
    assertThat(remedy.find()).as(refused.err()).isTrue();
    assertThat(postgres.number("SELECT count(*) FROM pg_tables WHERE tablename = 'lost'"))
        .as("tables, of which the source is one")
        .isEqualTo(1);

    postgres.run(remedy.group());
    fleet.start("lost-3", "run", spec.toString(), "--data", "data-lost-2").expect(0, PATIENCE);
    assertThat(postgres.difference("src.lost", "dst.lost")).isZero();
  }
}
