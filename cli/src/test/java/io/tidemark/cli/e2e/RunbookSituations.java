package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.cli.Cli;
import io.tidemark.kafka.client.ClientConfig;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * What each runbook is for, brought about on one fleet: real processes, real databases. Backfills
 * are named after the runbook.
 */
final class RunbookSituations implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpClient http = HttpClient.newHttpClient();
  private final Fleet fleet;
  private final Postgres postgres = new Postgres();
  private final Postgres lost = new Postgres();
  private final String reconciler;
  private final String stuck;
  private int tables;

  RunbookSituations(Fleet fleet) throws SQLException {
    this.fleet = fleet;
    fleet.broker();
    Proc started =
        fleet.onKafka(
            "reconciler",
            "reconciler",
            "--port",
            "0",
            "--state-dir",
            "state",
            "--set",
            "queues=" + Fleet.QUEUES,
            "--set",
            "max.running.backfills=20");
    String line = started.awaitLine("reconciler at ");
    reconciler = line.substring(line.indexOf("http"));
    fleet.onKafka("w-1", "worker", "--id", "w-1", "--lanes", "12").awaitLine("ready");
    // Its alert takes half a minute, so it begins first.
    stuck = running("stuck", 60);
  }

  /**
   * Brings about what a runbook is for.
   *
   * @return the variables of its commands
   */
  Map<String, String> of(String runbook) throws Exception {
    Map<String, String> v = new TreeMap<>();
    v.put("KAFKA", fleet.bootstrap());
    v.put("RECONCILER", reconciler);
    v.put("WORKER", "w-book");
    v.put("STATE", "state-" + runbook);
    v.put("PORT", "0");
    switch (runbook) {
      case "start" -> start(v);
      case "stuck" -> v.put("ID", stuck);
      case "recover-worker" -> v.put("ID", failed("worker", "chunk: {rows: 1500}"));
      case "recover-reconciler" -> v.remove("ID");
      case "recover-sink" -> v.put("ID", sinkLost());
      case "resume" -> {
        v.put("ID", running(runbook, 1));
        ask("pause", v.get("ID"), "--why", "replica lags");
      }
      case "skewed" -> {
        v.put("ID", running(runbook, 1));
        v.put("OTHER", running("other", 1));
      }
      case "poisoned" -> {
        v.put("ID", failed(runbook, "deadLetters: {count: 1}"));
        v.put("PARTITION", failures(v.get("ID")).path("groups").path(0).path("example").asText());
      }
      case "drift" -> {
        v.put("ID", running(runbook, 1));
        misplaceACheckpoint(v.get("ID"));
      }
      case "watch", "pause", "recover-broker", "roll-back" -> v.put("ID", running(runbook, 1));
      default -> throw new AssertionError("no situation for docs/runbooks/" + runbook + ".md");
    }
    return v;
  }

  /** What a person does between two commands. */
  void before(String runbook, String verb) throws SQLException {
    if (runbook.equals("poisoned") && verb.equals("retry")) {
      postgres.run("ALTER TABLE dst.poisoned DROP CONSTRAINT IF EXISTS sound");
    }
  }

  /** Frees the lanes for others. */
  void after(Map<String, String> variables) {
    for (String name : List.of("ID", "OTHER")) {
      if (variables.containsKey(name)) {
        Cli.run("cancel", variables.get(name), "--yes", "--bootstrap-server", fleet.bootstrap());
      }
    }
  }

  private void start(Map<String, String> v) throws SQLException {
    postgres.fill("src.begin", 3_000);
    Path spec =
        fleet.write(
            "begin.yaml", postgres.copySpec("begin", "src.begin", "dst.begin", "approval: true"));
    v.put("SPEC", spec.toString());
    v.put("NAME", "begin");
    v.put("ID", fleet.plan(spec).path("backfill").asText());
  }

  /** A backfill that runs, and does for longer than its runbook takes. */
  private String running(String runbook, double chunkSeconds) throws SQLException {
    String table = runbook.replace("-", "_");
    postgres.fill("src." + table, 90_000);
    postgres.run("CREATE TABLE dst.%1$s (LIKE src.%1$s INCLUDING INDEXES)".formatted(table));
    postgres.slow("dst." + table, chunkSeconds);
    String backfill =
        plan(
            runbook,
            postgres.copySpec(
                runbook,
                "src." + table,
                "dst." + table,
                "partition: {key: {rows: 6000}}",
                "chunk: {rows: 1000}",
                "limits: {lanes: 2}"));
    awaitState(backfill, "RUNNING");
    if (chunkSeconds < 10) {
      postgres.awaitNumber("SELECT count(*) FROM dst." + table, 2_000, PATIENCE);
    }
    return backfill;
  }

  /** A backfill of which one partition failed, since the sink refuses two of its rows. */
  private String failed(String name, String more) throws SQLException {
    postgres.fill("src." + name, 6_000);
    postgres.run(
        "CREATE TABLE dst.%s (id bigint PRIMARY KEY, at timestamptz, name text, CONSTRAINT sound CHECK (id NOT IN (3000, 6000)))"
            .formatted(name));
    String backfill =
        plan(
            name,
            postgres.copySpec(
                name, "src." + name, "dst." + name, "partition: {key: {rows: 3000}}", more));
    awaitState(backfill, "FAILED");
    return backfill;
  }

  /** A backfill whose sink takes no connection any more. */
  private String sinkLost() throws SQLException {
    postgres.fill("src.lost", 90_000);
    lost.run("CREATE TABLE dst.lost (id bigint PRIMARY KEY, at timestamptz, name text)");
    lost.slow("dst.lost", 0.5);
    String backfill =
        plan(
            "lost",
            """
            apiVersion: tidemark/v1
            name: lost
            source: {jdbc: {%s}}
            sink: {jdbc: {%s}}
            partition: {key: {rows: 6000}}
            chunk: {rows: 1000}
            limits: {lanes: 2}
            retry: {max: 2s}
            """
                .formatted(postgres.jdbc("src.lost"), lost.jdbc("dst.lost")));
    lost.awaitNumber("SELECT count(*) FROM dst.lost", 1_000, PATIENCE);
    lost.run(
        "ALTER DATABASE "
            + lost.url().substring(lost.url().lastIndexOf('/') + 1)
            + " CONNECTION LIMIT 0",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND pid <> pg_backend_pid()");
    return backfill;
  }

  /** Copies a report of one of its partitions to a queue where it does not belong. */
  private void misplaceACheckpoint(String backfill) throws Exception {
    ClientConfig kafka = ClientConfig.of(fleet.bootstrap());
    String topic = "tidemark.checkpoints.default";
    try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(kafka.consumer());
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      List<TopicPartition> queues =
          IntStream.range(0, Fleet.QUEUES).mapToObj(q -> new TopicPartition(topic, q)).toList();
      consumer.assign(queues);
      consumer.seekToBeginning(queues);
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                for (ConsumerRecord<byte[], byte[]> r : consumer.poll(Duration.ofMillis(200))) {
                  if (new String(r.key(), StandardCharsets.UTF_8).startsWith(backfill + "/")) {
                    int other = (r.partition() + 1) % Fleet.QUEUES;
                    producer.send(new ProducerRecord<>(topic, other, r.key(), r.value())).get();
                    return true;
                  }
                }
                return false;
              });
    }
  }

  private String plan(String name, String spec) {
    tables++;
    return fleet.plan(fleet.write(name + "-" + tables + ".yaml", spec)).path("backfill").asText();
  }

  private void ask(String verb, String... args) {
    String[] all = new String[args.length + 3];
    all[0] = verb;
    System.arraycopy(args, 0, all, 1, args.length);
    all[args.length + 1] = "--bootstrap-server";
    all[args.length + 2] = fleet.bootstrap();
    Cli cli = Cli.run(all);
    assertThat(cli.exitCode()).as(cli::err).isZero();
  }

  private void awaitState(String backfill, String state) {
    await(backfill + " is " + state)
        .atMost(PATIENCE)
        .ignoreExceptions()
        .until(() -> get("/api/v1/backfills/" + backfill).path("state").asText().equals(state));
  }

  private JsonNode failures(String backfill) throws Exception {
    return get("/api/v1/backfills/" + backfill + "/failures");
  }

  private JsonNode get(String path) throws Exception {
    return JSON.readTree(
        http.send(
                HttpRequest.newBuilder(URI.create(reconciler + path)).build(),
                HttpResponse.BodyHandlers.ofString())
            .body());
  }

  @Override
  public void close() throws SQLException {
    postgres.close();
    lost.close();
  }
}
