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
import java.util.Optional;

/** One backfill from {@code src.rows} to a destination of its own, from its plan to its proof. */
final class Copy {

  static final int ROWS = 8_000;

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Destination to;
  private final Crew crew;
  private final Path spec;
  private Proc plan;
  private int plans;
  private String id;

  private Copy(String name, Destination to, Crew crew, Path spec) {
    this.name = name;
    this.to = to;
    this.crew = crew;
    this.spec = spec;
  }

  /** Makes the source of all copies. */
  static void prepare(Database database) throws SQLException {
    database.execute(
        "SET ROLE app",
        "CREATE TABLE src.rows (id bigint PRIMARY KEY, at timestamptz, name text)",
        "INSERT INTO src.rows SELECT i * 3, timestamptz '2001-01-01' + i * interval '7 s', 'row '"
            + " || i FROM generate_series(1, "
            + ROWS
            + ") i",
        "ANALYZE src.rows");
  }

  /**
   * Starts to plan it.
   *
   * @param partitionRows rows of a partition
   * @param chunkRows rows of a chunk
   */
  static Copy start(
      String name, Destination to, Crew crew, Path dir, int partitionRows, int chunkRows)
      throws IOException {
    String text =
        """
        apiVersion: tidemark/v1
        name: %s
        source: {%s}
        sink: {%s}
        partition: {key: {rows: %d}}
        chunk: {rows: %d}
        """
            .formatted(name, to.source(), to.sink(), partitionRows, chunkRows);
    Copy copy = new Copy(name, to, crew, Files.writeString(dir.resolve(name + ".yaml"), text));
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
   * @return see {@link Destination#verify}
   */
  long verify(Progress end) throws Exception {
    assertThat(end.getState()).as(end::toString).isEqualTo(BackfillState.COMPLETED);
    assertThat(end.getCovered()).as(end::toString).isTrue();
    assertThat(end.getRows()).as("rows in the ledger of %s", id).isEqualTo(ROWS);
    return to.verify(id);
  }

  /** Whether its plan is made. */
  boolean planned() {
    return id != null;
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
