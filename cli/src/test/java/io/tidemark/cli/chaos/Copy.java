package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.e2e.Proc;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** One backfill from {@code src.rows} to a table of its own, from its plan to its proof. */
final class Copy {

  static final int ROWS = 24_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Database database;
  private final Crew crew;
  private final Path spec;
  private Proc plan;
  private int plans;
  private String id;

  private Copy(String name, Database database, Crew crew, Path spec) {
    this.name = name;
    this.database = database;
    this.crew = crew;
    this.spec = spec;
  }

  /** Makes the source of all copies, and what makes their sinks slow and counts their writes. */
  static void prepare(Database database) throws SQLException {
    database.execute(
        "SET ROLE app",
        "CREATE TABLE src.rows (id bigint PRIMARY KEY, at timestamptz, name text)",
        "INSERT INTO src.rows SELECT i * 3, timestamptz '2001-01-01' + i * interval '7 s', 'row '"
            + " || i FROM generate_series(1, "
            + ROWS
            + ") i",
        "ANALYZE src.rows",
        """
        CREATE FUNCTION dst.count_row() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM nextval(TG_ARGV[0]); RETURN NEW; END $$
        """,
        """
        CREATE FUNCTION dst.dawdle() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(TG_ARGV[0]::float8); RETURN NULL; END $$
        """);
  }

  /** Makes the sink and starts to plan. */
  static Copy start(
      String name, Database database, Crew crew, Path dir, SplittableRandom chance, double slow)
      throws SQLException, IOException {
    String table = "dst." + name;
    // A sequence does not go back with its transaction: it counts what was written and lost, too.
    database.execute(
        "SET ROLE app",
        "CREATE TABLE " + table + " (LIKE src.rows INCLUDING INDEXES)",
        "CREATE SEQUENCE " + table + "_written",
        "CREATE TRIGGER written BEFORE INSERT ON %s FOR EACH ROW EXECUTE FUNCTION dst.count_row('%s_written')"
            .formatted(table, table),
        "CREATE TRIGGER dawdle AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION dst.dawdle('%s')"
            .formatted(table, slow));
    String text =
        """
        apiVersion: tidemark/v1
        name: %s
        source: {jdbc: {%s}}
        sink: {jdbc: {%s}}
        partition: {key: {rows: %d}}
        chunk: {rows: %d}
        """
            .formatted(
                name,
                database.jdbc("src.rows"),
                database.jdbc(table),
                chance.nextInt(800, 3_000),
                chance.nextInt(150, 400));
    Copy copy =
        new Copy(name, database, crew, Files.writeString(dir.resolve(name + ".yaml"), text));
    copy.plan();
    return copy;
  }

  private void plan() {
    plans++;
    plan = crew.plan(spec);
  }

  /**
   * Goes on with it: a plan that could not be made while something was down is made again.
   *
   * @return what the reconciler says, once it is over
   */
  Optional<Progress> step(Reports reports) throws JsonProcessingException {
    if (id == null) {
      if (plan.alive()) {
        return Optional.empty();
      }
      if (plan.exit(Duration.ofSeconds(5)) != 0) {
        assertThat(plans).as(plan::transcript).isLessThan(20);
        plan();
        return Optional.empty();
      }
      id = JSON.readTree(plan.lastLine()).path("backfill").asText();
    }
    return reports
        .progress(id)
        .filter(
            p ->
                switch (p.getState()) {
                  case COMPLETED, FAILED, CANCELLED -> true;
                  case WAITING, RUNNING, PAUSED, FINISHING, UNKNOWN -> false;
                });
  }

  /**
   * Compares source, sink, the sink's progress and the ledger.
   *
   * @return rows that were written more than once because they were rolled back; a crash of the
   *     server may add up to 32 to a sequence
   */
  long verify(Progress end) throws SQLException {
    String table = "dst." + name;
    String missing = "(SELECT * FROM %s EXCEPT ALL SELECT * FROM %s)";
    List<Long> found =
        database.numbers(
            """
            SELECT (SELECT count(*) FROM %1$s),
              (SELECT count(*) - count(DISTINCT id) FROM %1$s),
              (SELECT count(*) FROM (%2$s UNION ALL %3$s) d),
              (SELECT coalesce(sum(rows), 0) FROM dst.tidemark_progress WHERE backfill = '%4$s'),
              (SELECT count(*) FROM dst.tidemark_progress WHERE backfill = '%4$s' AND NOT complete),
              (SELECT last_value FROM %1$s_written)
            """
                .formatted(
                    table,
                    missing.formatted("src.rows", table),
                    missing.formatted(table, "src.rows"),
                    id));
    assertThat(end.getState()).as(end::toString).isEqualTo(BackfillState.COMPLETED);
    assertThat(end.getCovered()).as(end::toString).isTrue();
    assertThat(end.getRows()).as("rows in the ledger of %s", id).isEqualTo(ROWS);
    assertThat(found.get(0)).as("rows in %s", table).isEqualTo(ROWS);
    assertThat(found.get(1)).as("duplicates in %s", table).isZero();
    assertThat(found.get(2)).as("differences of %s from the source", table).isZero();
    assertThat(found.get(3)).as("rows in the progress of %s", id).isEqualTo(ROWS);
    assertThat(found.get(4)).as("partitions of %s open at the sink", id).isZero();
    return found.get(5) - ROWS;
  }

  String name() {
    return name;
  }

  /** What is known of it, for people. */
  String describe(Reports reports) {
    return name
        + (id == null
            ? ": not planned: " + plan.transcript()
            : ": " + reports.progress(id).map(Object::toString).orElse("not reported"));
  }
}
