package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a user may get wrong: one clear message, the exit code that says whose turn it is. */
class BadInputTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;

  /**
   * @param exit the exit code that is due
   * @param says what the message must hold: the place and the remedy
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Case(String name, String spec, int exit, String... says) {
    @Override
    public String toString() {
      return name;
    }
  }

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    postgres.fill("src.good", 10);
    postgres.run(
        "CREATE TABLE src.keyless (a int)",
        "CREATE TABLE src.empty (id int PRIMARY KEY)",
        "CREATE TABLE dst.other (id bigint PRIMARY KEY, city point NOT NULL)",
        "CREATE TABLE dst.taken (LIKE src.good INCLUDING INDEXES)",
        "INSERT INTO dst.taken SELECT * FROM src.good WHERE id = 12");
  }

  @AfterAll
  static void stop() throws SQLException {
    postgres.close();
  }

  static Stream<Case> wrong() {
    String good = postgres.copySpec("bad", "src.good", "dst.never");
    return Stream.of(
        new Case("malformed", good + "partition: {key: [", 2, "malformed.yaml:6:", "not YAML"),
        new Case(
            "unknown-key",
            good.replace("sink:", "snik:"),
            2,
            "snik",
            "sink",
            "unknown-key.yaml:4:1"),
        new Case("no-table", good.replace("src.good", "src.gone"), 2, "gone"),
        new Case(
            "no-column",
            good.replace("table: src.good", "table: src.good, columns: [id, nmae]"),
            2,
            "nmae",
            "name"),
        new Case(
            "wrong-password",
            good.replace("${env:PG_PASSWORD}", "${env:WRONG_PASSWORD}"),
            2,
            "app"),
        new Case(
            "missing-variable",
            good.replace("PG_PASSWORD", "NO_SUCH_VARIABLE"),
            2,
            "NO_SUCH_VARIABLE"),
        new Case("no-server", good.replaceAll("127.0.0.1:[0-9]+", "127.0.0.1:1"), 5, "127.0.0.1:1"),
        new Case(
            "misfit", postgres.copySpec("bad", "src.good", "dst.other"), 2, "dst.other", "city"),
        new Case(
            "keyless",
            postgres.copySpec("bad", "src.keyless", "dst.never"),
            2,
            "keyless",
            "partition.key"));
  }

  @ParameterizedTest
  @MethodSource("wrong")
  void shouldSayWhatIsWrongAndMakeNothing(Case c) throws SQLException {
    long tables = postgres.sinkTables();
    Path spec = fleet.write(c.name() + ".yaml", c.spec());

    Proc p = fleet.start(c.name(), "run", spec.toString(), "--data", "data-" + c.name());

    p.expect(c.exit(), Fleet.SHORT);
    assertClear(p, c.says());
    assertThat(postgres.sinkTables()).isEqualTo(tables);
    assertThat(fleet.dir().resolve("data-" + c.name())).doesNotExist();
  }

  private static void assertClear(Proc p, String... says) {
    assertThat(p.err())
        .startsWith("tidemark: ")
        .contains(says)
        .doesNotContain("\tat ", Postgres.PASSWORD, Fleet.WRONG_PASSWORD);
    assertThat(p.out()).doesNotContain(Postgres.PASSWORD, Fleet.WRONG_PASSWORD);
  }

  @Test
  void shouldNameTheServerWhenKafkaIsUnreachable() throws SQLException {
    long tables = postgres.sinkTables();
    Path spec = fleet.write("k.yaml", postgres.copySpec("bad", "src.good", "dst.never"));

    Proc p = fleet.start("plan", "plan", spec.toString(), "--bootstrap-server", "127.0.0.1:1");

    p.expect(5, Fleet.SHORT);
    assertClear(p, "127.0.0.1:1");
    assertThat(postgres.sinkTables()).isEqualTo(tables);
  }

  @Test
  void shouldTellOfKafkaAndOfTheLoginWhenTheDoctorLooks() {
    String good = postgres.copySpec("bad", "src.good", "dst.never");
    Path spec = fleet.write("d.yaml", good.replace("${env:PG_PASSWORD}", "${env:WRONG_PASSWORD}"));

    Proc p = fleet.start("doctor", "doctor", spec.toString(), "--bootstrap-server", "127.0.0.1:1");

    p.expect(5, Fleet.SHORT);
    assertThat(p.out())
        .contains("Kafka: cannot reach Kafka at 127.0.0.1:1", "source and sink: ", "app")
        .doesNotContain("\tat ", Postgres.PASSWORD, Fleet.WRONG_PASSWORD);
    assertThat(p.err()).isEmpty();
  }

  @Test
  void shouldNameTheFileWhenThereIsNoSpec() {
    Proc p = fleet.start("run", "run", "nowhere.yaml").expect(2, Fleet.SHORT);

    assertClear(p, "nowhere.yaml");
  }

  @Test
  void shouldCompleteWithNoRowsWhenTheTableIsEmpty() throws SQLException {
    Path spec = fleet.write("empty.yaml", postgres.copySpec("empty", "src.empty", "dst.empty"));

    Proc p =
        fleet.start("empty", "run", spec.toString(), "--data", "data-empty", "--output", "json");

    JsonNode end = Fleet.json(p.expect(0, PATIENCE));
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isZero();
    assertThat(postgres.rows("dst.empty")).isZero();
  }

  @Test
  void shouldEndWithFailedPartitionsAndTheCauseWhenARowIsThereAlready() throws SQLException {
    Path spec = fleet.write("taken.yaml", postgres.copySpec("taken", "src.good", "dst.taken"));

    Proc p = fleet.start("taken", "run", spec.toString(), "--data", "data-taken");

    p.expect(3, PATIENCE);
    assertThat(p.out()).contains("FAILED", "taken_pkey", "(id)=(12)");
    assertThat(p.err()).doesNotContain("\tat ");
    // The one that was there, and the three before the row that it refuses.
    assertThat(postgres.rows("dst.taken")).isEqualTo(4);
    assertThat(Files.exists(fleet.dir().resolve("data-taken"))).isTrue();
  }
}
