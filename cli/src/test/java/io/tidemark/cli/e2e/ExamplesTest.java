package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.testing.SchemaRegistryServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.apache.iceberg.types.Types;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The files in {@code examples/}, run as they stand there: only where servers are is put in. All of
 * them share one {@code --data}, as they do for a reader.
 */
class ExamplesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path ROOT = Path.of(System.getProperty("tidemark.root"));
  private static final Set<String> NO_EXAMPLES = Set.of("README.md", "data");
  private static final long SAMPLE = 600_000;
  private static final String HEAD = "date,delay,distance,origin,destination";

  /** A command in the head of the example of a registry; the broker's has no settings. */
  private static final Pattern COMMAND =
      Pattern.compile("(?m)^#   \\./tidemark (.* --command-config .*)$");

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Postgres copy;
  private static Buckets buckets;

  /** Makes what most of them begin with, as {@code examples/README.md} tells the reader. */
  @BeforeAll
  static void start() throws Exception {
    postgres = new Postgres();
    copy = new Postgres();
    buckets = new Buckets();
    fleet.broker();
    Files.createDirectory(fleet.dir().resolve("examples"));
    Files.createSymbolicLink(
        fleet.dir().resolve("examples/data"), ROOT.resolve("examples/data").toAbsolutePath());
    JsonNode loaded = run("parquet-to-postgres");
    assertThat(loaded.path("rows").asLong()).isEqualTo(SAMPLE);
    postgres.run(
        "ALTER TABLE public.flights"
            + " ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "CREATE INDEX ON public.flights (date, id)");
  }

  @AfterAll
  static void stop() throws SQLException {
    buckets.close();
    copy.close();
    postgres.close();
  }

  @Test
  void shouldAllBeRunByThisTest() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("examples"))) {
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> !NO_EXAMPLES.contains(f)))
          .as("a new example needs a run here")
          .containsExactlyInAnyOrder(
              "parquet-to-csv.yaml",
              "parquet-to-csv-by-parts.yaml",
              "parquet-to-csv-transformed.yaml",
              "parquet-to-iceberg.yaml",
              "csv-to-iceberg.yaml",
              "parquet-to-sqlite.yaml",
              "parquet-to-duckdb.yaml",
              "parquet-to-h2.yaml",
              "parquet-to-postgres.yaml",
              "postgres-to-postgres.yaml",
              "postgres-to-parquet.yaml",
              "postgres-to-parquet-by-week.yaml",
              "postgres-to-csv-by-origin.yaml",
              "postgres-to-kafka.yaml",
              "kafka-to-postgres.yaml",
              "postgres-to-s3.yaml",
              "s3-to-postgres.yaml",
              "postgres-to-mariadb.yaml",
              "mariadb-to-parquet.yaml",
              "schema-registry.properties");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "parquet-to-csv, flights-csv, '" + HEAD + "'",
    "parquet-to-csv-transformed, flights-transformed, 'date,delay,distance,from_airport,to_airport'"
  })
  void shouldWriteTheSampleAsCsv(String example, String folder, String head) throws IOException {
    JsonNode end = run(example);

    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
    assertSampleIn(folder, head);
  }

  private static void assertSampleIn(String folder, String head) throws IOException {
    List<Path> written = written(folder, ".csv");
    assertThat(written).allMatch(csv -> firstLine(csv).equals(head));
    long lines = 0;
    for (Path csv : written) {
      try (Stream<String> all = Files.lines(csv)) {
        lines += all.count();
      }
    }
    assertThat(lines - written.size()).as("lines without the heads").isEqualTo(SAMPLE);
  }

  @Test
  void shouldAppendTheSampleToATableOfIceberg() throws IOException {
    JsonNode end = run("parquet-to-iceberg");

    Table table = Lakes.inFolder(fleet.dir().resolve(".tidemark/out/lake/demo/flights"));
    Map<String, Long> months = new TreeMap<>();
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      rows.forEach(r -> months.merge(r.getField("date").toString().substring(0, 7), 1L, Long::sum));
    }
    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(months.values().stream().mapToLong(n -> n).sum()).isEqualTo(SAMPLE);
    assertThat(table.snapshots()).hasSize(1);
    assertThat(table.currentSnapshot().summary())
        .containsEntry("changed-partition-count", Integer.toString(months.size()));
  }

  private static String firstLine(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      return lines.findFirst().orElseThrow();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void shouldAppendCsvFilesToATableOfIceberg() throws IOException, SQLException {
    run("parquet-to-csv");
    JsonNode end = run("csv-to-iceberg");

    Table table = Lakes.inFolder(fleet.dir().resolve(".tidemark/out/lake/demo/flights_from_csv"));
    long delay = 0;
    try (CloseableIterable<Record> rows = IcebergGenerics.read(table).build()) {
      for (Record r : rows) {
        delay += (Long) r.getField("delay");
      }
    }
    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(delay).isEqualTo(postgres.number("SELECT sum(delay) FROM public.flights"));
    assertThat(table.schema().findType("date")).isEqualTo(Types.TimestampType.withoutZone());
    assertThat(table.currentSnapshot().summary())
        .containsEntry("added-records", Long.toString(SAMPLE))
        .containsEntry("changed-partition-count", "4");
  }

  @ParameterizedTest
  @CsvSource({
    "parquet-to-sqlite, jdbc:sqlite:%s/.tidemark/flights.db",
    "parquet-to-duckdb, jdbc:duckdb:%s/.tidemark/flights.duckdb",
    "parquet-to-h2, jdbc:h2:file:%s/.tidemark/flights"
  })
  void shouldLoadTheSampleIntoAFile(String example, String url) throws Exception {
    JsonNode end = run(example);

    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
    String digest =
        """
        SELECT count(*), count("origin"), sum("delay"), sum("distance"), count(DISTINCT "date")
        FROM "flights"
        """;
    try (Database file = new Database(url.formatted(fleet.dir()), null, null)) {
      assertThat(file.lines(digest)).isEqualTo(postgres.lines(digest));
    }
  }

  @Test
  void shouldCopyATableToMariaDbAndExportIt() throws Exception {
    try (MariaDb mariadb = MariaDb.fresh()) {
      Map<String, String> here =
          Map.of("jdbc:mariadb://127.0.0.1:3306/copy", mariadb.url(), "user: root", "user: app");
      JsonNode copied = run("postgres-to-mariadb", here);
      JsonNode exported = run("mariadb-to-parquet", here);

      String late =
          "SELECT id, %s, delay, distance, origin, destination FROM flights WHERE delay > 60"
              + " ORDER BY id";
      List<String> there = mariadb.lines(late.formatted("cast(date AS char)"));
      assertThat(there)
          .hasSize(copied.path("rows").asInt())
          .isEqualTo(postgres.lines(late.formatted("to_char(date, 'YYYY-MM-DD HH24:MI:SS.US')")));
      assertThat(exported.path("rows").asInt()).isEqualTo(there.size());
      assertThat(written("flights-from-mariadb", ".parquet")).isNotEmpty();
    }
  }

  @Test
  void shouldDoWhatTheExampleOfASchemaRegistrySays() throws Exception {
    SchemaRegistryServer registry = SchemaRegistryServer.shared();
    put("parquet-to-csv-by-parts.yaml", Map.of());
    String example =
        put("schema-registry.properties", Map.of("http://127.0.0.1:8081", registry.url()));

    Map<String, Proc> started = new HashMap<>();
    Matcher command = COMMAND.matcher(example);
    while (command.find()) {
      String backfill = started.containsKey("plan") ? planned(started.get("plan")) : "none yet";
      List<String> words =
          List.of(command.group(1).replace(" ID ", " " + backfill + " ").split(" "));
      started.put(words.get(0), carriedOut(words));
    }

    assertThat(started).containsKeys("wait", "tail");
    assertThat(started.get("doctor").out())
        .contains("schema registry: answers at " + registry.url());
    assertSampleIn("flights-by-parts", HEAD);
    try (PlainConsumer plain =
        new PlainConsumer(
            fleet.bootstrap(),
            registry.url(),
            new Topics(Topics.DEFAULT_NAMESPACE).checkpoints(Topics.DEFAULT_DOMAIN))) {
      plain.read();
      assertThat(plain.forms()).containsOnlyKeys("registry");
    }
    started.values().forEach(Proc::close);
  }

  private static String planned(Proc plan) {
    return plan.out().substring(0, plan.out().indexOf(':'));
  }

  /** Runs a command to its end, or until it does what it is for. */
  private static Proc carriedOut(List<String> words) {
    String verb = words.get(0);
    List<String> args = new ArrayList<>(words);
    if (verb.equals("reconciler")) {
      args.addAll(List.of("--port", "0"));
    }
    Proc p = fleet.onKafka(verb, args.toArray(String[]::new));
    switch (verb) {
      case "reconciler" -> p.awaitLine("reconciler at ");
      case "worker" -> p.awaitLine("ready");
      case "tail" -> p.awaitLine("COMPLETED");
      default -> p.expect(0, PATIENCE);
    }
    return p;
  }

  @Test
  void shouldCopyAndExportATable() throws Exception {
    JsonNode copied = run("postgres-to-postgres");
    JsonNode exported = run("postgres-to-parquet");
    JsonNode weeks = run("postgres-to-parquet-by-week");
    JsonNode origins = run("postgres-to-csv-by-origin");
    JsonNode topic = run("postgres-to-kafka");
    JsonNode back = run("kafka-to-postgres");
    run("postgres-to-s3");
    run("s3-to-postgres");

    assertThat(copied.path("rows").asLong()).isEqualTo(SAMPLE);
    String digest = "SELECT sum(hashtext(f::text)) FROM (SELECT %s FROM public.flights) f";
    String columns = "id, date, delay, distance, origin, destination";
    assertThat(copy.rows("public.flights")).isEqualTo(SAMPLE);
    assertThat(copy.number(digest.formatted(columns)))
        .isEqualTo(postgres.number(digest.formatted(columns)));
    assertThat(topic.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(back.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(
            postgres.number(
                digest.formatted(columns).replace("public.flights", "public.flights_from_kafka")))
        .isEqualTo(postgres.number(digest.formatted(columns)));
    assertThat(exported.path("rows").asLong())
        .isEqualTo(postgres.rows("public.flights WHERE delay > 60"));
    assertThat(written("flights-late", ".parquet")).isNotEmpty();
    assertThat(weeks.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(partitions("flights-by-week", ".parquet"))
        .isEqualTo(
            postgres.number("SELECT count(DISTINCT date_trunc('week', date)) FROM public.flights"))
        .isGreaterThan(3);
    assertThat(origins.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(partitions("flights-by-origin", ".csv")).isEqualTo(3);
    assertThat(buckets.below("flights/").keySet())
        .anyMatch(k -> k.matches("_manifest-.*\\.json"))
        .noneMatch(k -> k.startsWith("_tidemark"));
    assertThat(postgres.number(digest.formatted(columns).replace("flights", "flights_from_s3")))
        .isEqualTo(postgres.number(digest.formatted(columns)));
  }

  /** How many partitions wrote the files, whose names have the ordinal behind the backfill's id. */
  private static long partitions(String folder, String suffix) throws IOException {
    return written(folder, suffix).stream()
        .map(f -> f.getFileName().toString().replaceFirst(".*-([0-9]{6})-[0-9]+-[0-9]+\\..*", "$1"))
        .distinct()
        .count();
  }

  private static JsonNode run(String example) throws IOException {
    return run(example, Map.of());
  }

  /** Runs an example, and returns what it ends with. */
  private static JsonNode run(String example, Map<String, String> here) throws IOException {
    String spec = example + ".yaml";
    put(spec, here);
    Proc p = fleet.start(example, "run", "examples/" + spec, "--output", "json");
    JsonNode end = Fleet.json(p.expect(0, PATIENCE));
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    return end;
  }

  /**
   * Puts an example into the fleet's folder, and returns its text.
   *
   * @param here what stands there instead of what, beside the servers that most of them use
   */
  private static String put(String example, Map<String, String> here) throws IOException {
    String text =
        Files.readString(ROOT.resolve("examples").resolve(example))
            .replace("jdbc:postgresql://127.0.0.1:5432/postgres", postgres.url())
            .replace("jdbc:postgresql://127.0.0.1:5432/copy", copy.url())
            .replace("user: postgres", "user: app")
            .replace("127.0.0.1:9092", fleet.bootstrap())
            .replace("http://127.0.0.1:9000", buckets.endpoint());
    for (Map.Entry<String, String> e : here.entrySet()) {
      text = text.replace(e.getKey(), e.getValue());
    }
    fleet.write("examples/" + example, text);
    return text;
  }

  /**
   * The files that a complete backfill left in its folder, beside the manifest that it must have.
   */
  private static List<Path> written(String folder, String suffix) throws IOException {
    try (Stream<Path> files = Files.list(fleet.dir().resolve(".tidemark/out").resolve(folder))) {
      List<Path> all = files.toList();
      assertThat(all)
          .as("its manifest")
          .anyMatch(f -> f.getFileName().toString().matches("_manifest-.*\\.json"));
      return all.stream().filter(f -> f.toString().endsWith(suffix)).toList();
    }
  }
}
