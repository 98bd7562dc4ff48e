package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.iceberg.Table;
import org.apache.iceberg.data.IcebergGenerics;
import org.apache.iceberg.data.Record;
import org.apache.iceberg.io.CloseableIterable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The specs in {@code examples/}, run as they stand there: only where the checkout and the database
 * servers are is put in. All of them share one {@code --data}, as they do for a reader.
 */
class ExamplesTest {

  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final Path ROOT = Path.of(System.getProperty("tidemark.root"));
  private static final long SAMPLE = 600_000;

  @RegisterExtension static final Fleet fleet = new Fleet();

  private static Postgres postgres;
  private static Postgres copy;
  private static Buckets buckets;

  @BeforeAll
  static void start() throws SQLException {
    postgres = new Postgres();
    copy = new Postgres();
    buckets = new Buckets();
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
      assertThat(files.map(f -> f.getFileName().toString()).filter(f -> f.endsWith(".yaml")))
          .as("a new example needs a run here")
          .containsExactlyInAnyOrder(
              "parquet-to-csv.yaml",
              "parquet-to-csv-by-parts.yaml",
              "parquet-to-csv-transformed.yaml",
              "parquet-to-iceberg.yaml",
              "parquet-to-sqlite.yaml",
              "parquet-to-postgres.yaml",
              "postgres-to-postgres.yaml",
              "postgres-to-parquet.yaml",
              "postgres-to-parquet-by-week.yaml",
              "postgres-to-csv-by-origin.yaml",
              "postgres-to-kafka.yaml",
              "kafka-to-postgres.yaml",
              "postgres-to-s3.yaml",
              "s3-to-postgres.yaml");
    }
  }

  @Test
  void shouldSayTheSameInTheOneThatRunsByParts() throws IOException {
    // So it need not be run as well.
    assertThat(
            text("parquet-to-csv-by-parts")
                .replace("flights-by-parts\nsource", "flights-to-csv\nsource")
                .replace("out/flights-by-parts", "out/flights-csv"))
        .isEqualTo(text("parquet-to-csv"));
  }

  private static String text(String example) throws IOException {
    return Files.readString(ROOT.resolve("examples").resolve(example + ".yaml"))
        .replaceAll("(?m)^#.*\\R", "");
  }

  @ParameterizedTest
  @CsvSource({
    "parquet-to-csv, flights-csv, 'date,delay,distance,origin,destination'",
    "parquet-to-csv-transformed, flights-transformed, 'date,delay,distance,from_airport,to_airport'"
  })
  void shouldWriteTheSampleAsCsv(String example, String folder, String head) throws IOException {
    JsonNode end = run(example);

    List<Path> written = written(folder, ".csv");
    assertThat(written).allMatch(csv -> firstLine(csv).equals(head));
    long lines = 0;
    for (Path csv : written) {
      try (Stream<String> all = Files.lines(csv)) {
        lines += all.count();
      }
    }
    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
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
  void shouldLoadTheSampleIntoSqlite() throws Exception {
    JsonNode end = run("parquet-to-sqlite");

    assertThat(end.path("rows").asLong()).isEqualTo(SAMPLE);
    String file = fleet.dir().resolve(".tidemark/flights.db").toString();
    try (Connection c = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement s = c.createStatement();
        ResultSet r = s.executeQuery("SELECT count(*), count(origin) FROM flights")) {
      assertThat(r.getLong(1)).isEqualTo(SAMPLE);
      assertThat(r.getLong(2)).isEqualTo(SAMPLE);
    }
  }

  @Test
  void shouldLoadCopyAndExportATable() throws Exception {
    JsonNode loaded = run("parquet-to-postgres");
    // What examples/README.md tells the reader to do.
    postgres.run(
        "ALTER TABLE public.flights"
            + " ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
        "CREATE INDEX ON public.flights (date, id)");
    JsonNode copied = run("postgres-to-postgres");
    JsonNode exported = run("postgres-to-parquet");
    JsonNode weeks = run("postgres-to-parquet-by-week");
    JsonNode origins = run("postgres-to-csv-by-origin");
    fleet.broker();
    JsonNode topic = run("postgres-to-kafka");
    JsonNode back = run("kafka-to-postgres");
    run("postgres-to-s3");
    run("s3-to-postgres");

    assertThat(loaded.path("rows").asLong()).isEqualTo(SAMPLE);
    assertThat(postgres.rows("public.flights")).isEqualTo(SAMPLE);
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

  /** Runs an example, and returns what it ends with. */
  private static JsonNode run(String example) throws IOException {
    String text =
        Files.readString(ROOT.resolve("examples").resolve(example + ".yaml"))
            .replace("examples/data/", ROOT.resolve("examples/data") + "/")
            .replace("jdbc:postgresql://127.0.0.1:5432/postgres", postgres.url())
            .replace("jdbc:postgresql://127.0.0.1:5432/copy", copy.url())
            .replace("user: postgres", "user: app")
            .replace("127.0.0.1:9092", fleet.bootstrap() == null ? "" : fleet.bootstrap())
            .replace("http://127.0.0.1:9000", buckets.endpoint());
    Path spec = fleet.write(example + ".yaml", text);
    Proc p = fleet.start(example, "run", spec.toString(), "--output", "json");
    JsonNode end = Fleet.json(p.expect(0, PATIENCE));
    assertThat(end.path("state").asText()).isEqualTo("COMPLETED");
    return end;
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
