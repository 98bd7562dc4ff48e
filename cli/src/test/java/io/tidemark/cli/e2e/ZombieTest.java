package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.read.ReadToEnd;
import io.tidemark.kafka.read.RecordDecoder;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.topic.Topics;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A worker process that is stopped at a certain step of a chunk and wakes up when another one has
 * taken over. The server is made to dawdle at that step, so that the signal meets it there.
 */
@Tag("soak")
class ZombieTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final Duration TAKEOVER = Duration.ofSeconds(10);
  private static final int ROWS = 400;

  /** Its session was ended: PostgreSQL says so, or in mid-COPY just cuts the line. */
  private static final Pattern REFUSED = Pattern.compile("57P01|08006|FENCED");

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static final Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
  private static Postgres postgres;
  private static List<Proc> workers;

  /** Where in a chunk; what the sink's session then shows, once the server has gone on. */
  enum Step {
    BEFORE_THE_READ("a.state LIKE 'idle%'"),
    IN_MID_COPY("a.state = 'active' AND a.query LIKE 'COPY%' AND a.wait_event = 'ClientRead'"),
    AFTER_THE_ROWS("a.state = 'idle in transaction' AND a.query LIKE 'COPY%'"),
    AFTER_THE_PROGRESS_ROW("a.state = 'idle in transaction' AND a.query NOT LIKE 'COPY%'");

    private final String session;

    Step(String session) {
      this.session = session;
    }
  }

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    fleet.broker();
    fleet.reconciler();
    workers = List.of(fleet.worker("w-1"), fleet.worker("w-2"));
    postgres.run(
        "CREATE TABLE src.z (id bigint PRIMARY KEY, name text)",
        // A chunk is more than the sockets between two processes hold.
        "INSERT INTO src.z SELECT i, repeat(md5(i::text), 4000) FROM generate_series(1, "
            + ROWS
            + ") i",
        "ANALYZE src.z",
        "CREATE TABLE dst.dawdle (step text)",
        """
        CREATE FUNCTION dst.dawdle() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF EXISTS (SELECT FROM dst.dawdle WHERE step = TG_ARGV[0]) THEN
            PERFORM pg_sleep(2);
          END IF;
          RETURN NEW;
        END $$
        """);
    // Makes the progress table.
    String first =
        fleet
            .plan(fleet.write("first.yaml", postgres.copySpec("first", "src.z", "dst.first")))
            .path("backfill")
            .asText();
    fleet.waitFor(first, PATIENCE);
    String trigger =
        "CREATE TRIGGER %s BEFORE INSERT OR UPDATE ON dst.tidemark_progress FOR EACH ROW %s"
            + " EXECUTE FUNCTION dst.dawdle('%s')";
    postgres.run(
        trigger.formatted("claim", "WHEN (NEW.rows = 0)", Step.BEFORE_THE_READ),
        trigger.formatted("progress", "WHEN (NEW.rows > 0)", Step.AFTER_THE_PROGRESS_ROW));
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  @AfterEach
  void goOn() {
    workers.forEach(w -> w.signal("CONT"));
  }

  @ParameterizedTest
  @EnumSource(Step.class)
  void shouldBeRefusedAndNotBlockItsSuccessorWhenStopped(Step step) throws Exception {
    String name = "z-" + step.name().toLowerCase(Locale.ROOT).replace('_', '-');
    String table = "dst." + step.name().toLowerCase(Locale.ROOT);
    postgres.run(
        "CREATE TABLE %s (LIKE src.z INCLUDING INDEXES)".formatted(table),
        "CREATE TRIGGER rows_before BEFORE INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION dst.dawdle('%s')"
            .formatted(table, Step.IN_MID_COPY),
        "CREATE TRIGGER rows_after AFTER INSERT ON %s FOR EACH STATEMENT EXECUTE FUNCTION dst.dawdle('%s')"
            .formatted(table, Step.AFTER_THE_ROWS),
        "INSERT INTO dst.dawdle VALUES ('%s')".formatted(step));
    String backfill =
        fleet
            .plan(
                fleet.write(
                    name + ".yaml",
                    postgres.copySpec(
                        name,
                        "src.z",
                        table,
                        "partition: {key: {count: 1}}",
                        "chunk: {rows: 400}")))
            .path("backfill")
            .asText();

    Proc zombie = stopWhileTheServerDawdles(backfill);
    final long stoppedAt = System.nanoTime();
    postgres.run("DELETE FROM dst.dawdle");
    await("the server has gone on to " + step.session)
        .atMost(PATIENCE)
        .until(() -> postgres.number(claimants(backfill, step.session)) > 0);
    String successors =
        "SELECT count(*) FROM dst.tidemark_progress WHERE backfill = '%s' AND worker <> '%s'"
            .formatted(backfill, zombie.name());
    await("the successor of " + zombie.name())
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(20))
        .until(() -> postgres.number(successors) > 0);
    Duration takeover = Duration.ofNanos(System.nanoTime() - stoppedAt);
    int logged = zombie.err().length();
    zombie.signal("CONT");

    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    await("an alert of " + backfill)
        .atMost(PATIENCE)
        .until(() -> alerts().stream().anyMatch(a -> isAbout(a, backfill, zombie)));
    await("refusals of " + zombie.name())
        .atMost(PATIENCE)
        .until(
            () ->
                zombie.err().substring(logged).contains("lost queues")
                    && REFUSED.matcher(zombie.err().substring(logged)).find());
    String woken = zombie.err().substring(logged);
    fleet.checkpoints().assertOldFencesAreSilent();
    assertThat(takeover).isLessThan(TAKEOVER);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(postgres.difference("src.z", table)).isZero();
    woken
        .lines()
        .filter(l -> l.matches(".*(57P01|08006|FENCED|lost queues).*"))
        .forEach(l -> System.out.println("woken: " + l));
    System.out.printf(
        Locale.ROOT, "zombie %s: taken over after %.1f s%n", step, takeover.toMillis() / 1000.0);
  }

  /** Stops the worker that has claimed it while the server keeps it waiting. */
  private static Proc stopWhileTheServerDawdles(String backfill) throws SQLException {
    postgres.awaitNumber(sessions("a.wait_event = 'PgSleep'"), 1, PATIENCE);
    Proc zombie =
        workers.stream()
            .filter(w -> w.err().contains("claimed " + backfill))
            .findFirst()
            .orElseThrow();
    zombie.signal("STOP");
    return zombie;
  }

  private static String sessions(String state) {
    return "SELECT count(*) FROM pg_stat_activity a WHERE a.datname = current_database() AND a.pid"
        + " <> pg_backend_pid() AND "
        + state;
  }

  /** Sessions of the zombie, which is the only one yet that has claimed of this backfill. */
  private static String claimants(String backfill, String state) {
    return sessions(state)
        + " AND a.pid IN (SELECT backend_pid FROM dst.tidemark_progress WHERE backfill = '"
        + backfill
        + "')";
  }

  private static boolean isAbout(Alert a, String backfill, Proc zombie) {
    return a.getKind().equals("zombie")
        && a.getBackfillId().equals(backfill)
        && a.getMessage().startsWith(zombie.name());
  }

  private static List<Alert> alerts() throws Exception {
    List<Alert> alerts = new ArrayList<>();
    ClientConfig kafka = ClientConfig.of(fleet.bootstrap());
    RecordDecoder<Alert> decoder = RecordDecoder.of(kafka.serdes(), Alert.class);
    try (ReadToEnd reader = new ReadToEnd(kafka)) {
      reader.read(
          List.of(new TopicPartition(topics.alerts(), 0)),
          PATIENCE,
          r -> decoder.decode(r).ifPresent(alerts::add));
    }
    return alerts;
  }
}
