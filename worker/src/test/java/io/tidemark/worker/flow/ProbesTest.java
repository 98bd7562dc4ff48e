package io.tidemark.worker.flow;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.spec.Spec;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Probes of a real PostgreSQL, whose load is a number in a table. */
final class ProbesTest {

  private static EmbeddedPostgres postgres;

  @TempDir private static Path dir;

  private final Throttle throttle = new Throttle();

  @BeforeAll
  static void start() throws Exception {
    postgres = EmbeddedPostgres.builder().setServerConfig("fsync", "off").start();
    run("CREATE TABLE src (id int PRIMARY KEY); CREATE TABLE load (n double precision)");
    run("INSERT INTO load VALUES (0)");
  }

  @AfterAll
  static void stop() throws Exception {
    postgres.close();
  }

  @BeforeEach
  void limited() throws Exception {
    throttle.share(1_000);
    load(0);
  }

  @Test
  void shouldSlowDownThenHoldThenGoOnStepByStepAsTheLoadRisesAndFalls() throws Exception {
    Spec spec = spec("{on: source, name: load, sql: SELECT n FROM load, limit: 100}");
    try (Route route = Route.open(spec)) {
      Probes probes = new Probes("b-1", spec.operation().probes(), throttle);

      assertThat(rate(probes, route, 50)).isEqualTo(1_000);
      assertThat(probes.pressures().getFirst().getMessage()).isEmpty();

      assertThat(rate(probes, route, 90)).isCloseTo(550, within());
      assertThat(probes.pressures().getFirst().getMessage())
          .isEqualTo("load is 90.0, limit 100: slowed to 55 %");

      assertThat(rate(probes, route, 101)).isZero();
      assertThat(probes.pressures())
          .containsExactly(
              new Pressure(
                  "b-1", "load", 101.0, 100.0, 0.0, "load is 101, limit 100: no chunk starts"));

      assertThat(rate(probes, route, 95)).isZero();
      assertThat(rate(probes, route, 50)).isCloseTo(150, within());
      assertThat(rate(probes, route, 50)).isCloseTo(300, within());
    }
  }

  @Test
  void shouldFollowTheMostWorriedProbeAndLetGoWhenNobodyRunsTheBackfill() throws Exception {
    Spec spec =
        spec(
            "{on: sink, replicationLag: 10s}, {chunkLatency: 1s},"
                + " {on: sink, name: load, sql: SELECT n FROM load, limit: 100}");
    try (Route route = Route.open(spec)) {
      Probes probes = new Probes("b-1", spec.operation().probes(), throttle);

      assertThat(rate(probes, route, 100)).isCloseTo(100, within());
      assertThat(probes.pressures()).extracting(Pressure::getFactor).startsWith(1.0, 1.0);
      assertThat(probes.pressures().getFirst().getProbe()).isEqualTo("sink's replication lag");

      probes.rest();
      assertThat(turn()).isEqualTo(1_000);
      assertThat(probes.pressures()).isEmpty();
    }
  }

  @Test
  void shouldTellAProbeThatFailsAndHoldNothing() throws Exception {
    Spec spec = spec("{on: source, name: typo, sql: SELECT n FROM laod, limit: 100}");
    try (Route route = Route.open(spec)) {
      Probes probes = new Probes("b-1", spec.operation().probes(), throttle);

      assertThat(rate(probes, route, 500)).isEqualTo(1_000);

      Pressure told = probes.pressures().getFirst();
      assertThat(told.getValue()).isNaN();
      assertThat(told.getFactor()).isEqualTo(1);
      assertThat(told.getMessage()).startsWith("typo cannot be asked").contains("laod");
    }
  }

  private static Offset<Double> within() {
    return Offset.offset(1e-6);
  }

  /** The rate that lanes get, rows per second, when probes have seen that load. */
  private double rate(Probes probes, Route route, double load) throws Exception {
    load(load);
    probes.ask(route);
    return turn();
  }

  private double turn() throws InterruptedException {
    return throttle
        .await(() -> false, Duration.ofMillis(10))
        .map(Throttle.Turn::rowsPerS)
        .orElse(0.0);
  }

  private static void load(double n) throws Exception {
    run("UPDATE load SET n = " + n);
  }

  private static void run(String sql) throws Exception {
    try (Connection c = postgres.getPostgresDatabase().getConnection();
        Statement s = c.createStatement()) {
      s.execute(sql);
    }
  }

  private static Spec spec(String probes) throws Exception {
    String url = "jdbc:postgresql://localhost:" + postgres.getPort() + "/postgres";
    Path secret = Files.writeString(dir.resolve("secret.properties"), "pw=any\n");
    String user = "user: postgres, password: '${file:" + secret + ":pw}', ";
    List<String> lines =
        List.of(
            "apiVersion: tidemark/v1",
            "name: b",
            "source: {jdbc: {url: '" + url + "', " + user + "table: src}}",
            "partition: {key: {rows: 10}}",
            "sink: {jdbc: {url: '" + url + "', " + user + "table: dst}}",
            "probes: [" + probes + "]");
    return Specs.parser().parse(String.join("\n", lines) + "\n", "s.yaml");
  }
}
