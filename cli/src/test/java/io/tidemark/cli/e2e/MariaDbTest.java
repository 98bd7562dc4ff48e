package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A real MariaDB as source and as sink, with workers that are killed in the middle. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MariaDbTest {

  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final int ROWS = 40_000;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static MariaDb mariadb;
  private static Proc steady;

  @BeforeAll
  static void start() throws SQLException {
    mariadb = MariaDb.fresh();
    postgres = new Postgres();
    mariadb.run(
        "CREATE TABLE a (id bigint unsigned PRIMARY KEY, at datetime(6) NOT NULL, name varchar(50),"
            + " amount decimal(10,2), raw varbinary(16))",
        "INSERT INTO a SELECT seq * 3, '2001-01-01' + INTERVAL seq * 7000001 MICROSECOND,"
            + " concat('rów ', seq, ' 😀'), seq / 100, unhex(md5(seq)) FROM seq_1_to_"
            + ROWS);
    fleet.broker();
    fleet.reconciler();
    steady = fleet.worker("w-steady");
  }

  @AfterAll
  static void stop() throws SQLException {
    if (mariadb != null) {
      mariadb.close();
      postgres.close();
    }
  }

  @Test
  @Order(1)
  void shouldCopyToPostgresExactlyOnceWhenAWorkerIsKilled() throws Exception {
    Proc killed = fleet.worker("w-killed-1");
    postgres.run(
        "CREATE TABLE dst.a (id numeric(20) PRIMARY KEY, at timestamp, name text, amount"
            + " numeric(10,2), raw bytea)");
    postgres.slow("dst.a", 0.3);
    String backfill =
        plan(
            "to-postgres",
            "{jdbc: {" + mariadb.jdbc("a") + "}}",
            "{jdbc: {" + postgres.jdbc("dst.a") + "}}",
            "partition: {key: {rows: 2500}}");
    postgres.awaitNumber(
        "SELECT count(*) FROM dst.tidemark_progress WHERE rows > 0 AND worker = 'w-killed-1'",
        1,
        PATIENCE);
    killed.kill9();
    assertThat(postgres.rows("dst.a")).as("rows when it was killed").isLessThan(ROWS);

    assertComplete(backfill);
    assertThat(
            postgres.lines(
                "SELECT id, to_char(at, 'YYYY-MM-DD HH24:MI:SS.US'), name, amount, encode(raw, 'hex')"
                    + " FROM dst.a ORDER BY id"))
        .isEqualTo(mariadb.lines(content("a")));
  }

  @Test
  @Order(2)
  void shouldCopyFromParquetExactlyOnceWhenAWorkerIsKilled() throws Exception {
    String files = fleet.dir().resolve("parquet").toString();
    assertComplete(
        plan(
            "to-parquet",
            "{jdbc: {" + mariadb.jdbc("a") + "}}",
            "{file: {path: \"" + files + "\", format: parquet}}",
            "partition: {key: {rows: 5000}}"));
    mariadb.run(
        "CREATE TABLE b LIKE a",
        "CREATE TRIGGER dawdle BEFORE INSERT ON b FOR EACH ROW"
            + " SET @x = IF(NEW.id % 30 = 0, SLEEP(0.003), 0)");
    Proc killed = fleet.worker("w-killed-2");
    String backfill =
        plan(
            "from-parquet",
            "{file: {path: \"" + files + "/*.parquet\", format: parquet}}",
            "{jdbc: {" + mariadb.jdbc("b") + "}}",
            "partition: {file: {megabytes: 1}}");
    mariadb.awaitNumber(MariaDb.begun("w-killed-2"), 1, PATIENCE);
    killed.kill9();
    assertThat(mariadb.rows("b")).as("rows when it was killed").isLessThan(ROWS);

    assertComplete(backfill);
    assertThat(mariadb.lines(content("b"))).isEqualTo(mariadb.lines(content("a")));
    assertThat(mariadb.number("SELECT sum(`rows`) FROM tidemark_progress WHERE complete = 1"))
        .isEqualTo(ROWS);
    assertThat(steady.alive()).isTrue();
  }

  private static String plan(String name, String source, String sink, String partition) {
    String spec =
        """
        apiVersion: tidemark/v1
        name: %s
        source: %s
        sink: %s
        %s
        chunk: {rows: 500}
        """
            .formatted(name, source, sink, partition);
    return fleet.plan(fleet.write(name + ".yaml", spec)).path("backfill").asText();
  }

  private static void assertComplete(String backfill) {
    JsonNode end = fleet.waitFor(backfill, PATIENCE);
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    assertThat(end.path("rows").asLong()).isEqualTo(ROWS);
    JsonNode status =
        Fleet.json(
            fleet.onKafka("status", "status", backfill, "--output", "json").expect(0, Fleet.SHORT));
    assertThat(status.path("covered").asBoolean()).isTrue();
    System.out.println("end: " + status);
  }

  private static String content(String table) {
    return "SELECT id, cast(at AS char), name, amount, lower(hex(raw)) FROM "
        + table
        + " ORDER BY id";
  }
}
