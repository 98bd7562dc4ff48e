package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.kafka.embedded.EmbeddedBroker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code doctor} of specs that name databases which are a file. */
@Isolated("it reads what this process writes")
final class DoctorDatabasesTest {

  @TempDir static Path dir;
  private static EmbeddedBroker broker;

  @BeforeAll
  static void start() {
    broker = EmbeddedBroker.start(dir.resolve("broker"), 0, Map.of());
  }

  @AfterAll
  static void stop() {
    broker.close();
  }

  private static String url(String product, Path folder) {
    Path file = folder.resolve("shop.db");
    return product.equals("h2") ? "jdbc:h2:file:" + file : "jdbc:" + product + ":" + file;
  }

  private static void run(String url, String... statements) throws SQLException {
    try (Connection c = DriverManager.getConnection(url);
        Statement s = c.createStatement()) {
      for (String sql : statements) {
        s.execute(sql);
      }
    }
  }

  private static Path folder() throws IOException {
    return Files.createTempDirectory(dir, "db");
  }

  private static Cli doctor(Path folder, String source, String sink) throws Exception {
    Path spec =
        Files.writeString(
            folder.resolve("copy.yaml"),
            """
            apiVersion: tidemark/v1
            name: copy
            source: {%s}
            sink: {%s}
            """
                .formatted(source, sink));
    return new Namespace(broker.bootstrapServers()).cli("doctor", spec.toString());
  }

  private static String jdbc(String url, String table) {
    return "jdbc: {url: \"%s\", table: %s}".formatted(url, table);
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "duckdb", "sqlite"})
  void shouldReachAndCutATable(String product) throws Exception {
    Path folder = folder();
    String url = url(product, folder);
    run(
        url,
        "CREATE TABLE \"orders\" (\"id\" INTEGER PRIMARY KEY)",
        "INSERT INTO \"orders\" VALUES (1), (2), (3)");

    Cli cli =
        doctor(folder, jdbc(url, "orders"), "file: {path: %s/out, format: csv}".formatted(folder));

    assertThat(cli.exitCode()).as(cli.out() + cli.err()).isZero();
    assertThat(cli.out())
        .contains("✓ source and sink: reached with the rights needed", "✓ cut: copy-")
        .contains("1 partitions, about 3 rows");
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "duckdb", "sqlite"})
  void shouldCheckASinkAndLeaveItAsItIs(String product) throws Exception {
    Path folder = folder();
    String url = url(product, folder);
    run(url, "CREATE TABLE \"orders\" (\"a\" INTEGER PRIMARY KEY)");
    Files.writeString(folder.resolve("a.csv"), "a\n1\n");
    String source = "file: {path: %s/*.csv, format: csv, schema: {a: %s}}".formatted(folder, "%s");

    Cli well = doctor(folder, source.formatted("int"), jdbc(url, "orders"));
    Cli wrong = doctor(folder, source.formatted("date"), jdbc(url, "orders"));

    assertThat(well.exitCode()).as(well.out() + well.err()).isZero();
    assertThat(wrong.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(wrong.out())
        .contains("✗ source and sink: ", "column 'a'", "→ mend what the message");
    try (Connection c = DriverManager.getConnection(url);
        Statement s = c.createStatement()) {
      assertThat(s.executeQuery("SELECT count(*) FROM \"orders\"").next()).isTrue();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"h2", "duckdb", "sqlite"})
  void shouldMakeNoFileWhereThereIsNone(String product) throws Exception {
    Path folder = folder();
    Files.writeString(folder.resolve("a.csv"), "a\n1\n");

    Cli cli =
        doctor(
            folder,
            "file: {path: %s/*.csv, format: csv}".formatted(folder),
            jdbc(url(product, folder), "orders"));

    assertThat(cli.exitCode()).as(cli.out() + cli.err()).isZero();
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(List.of("a.csv", "copy.yaml"));
    }
  }

  @Test
  void shouldTellNoPasswordOfAUrlThatADriverQuotes() throws Exception {
    Path folder = folder();
    Files.writeString(folder.resolve("pw"), "hush-hush");
    String url = "jdbc:h2:mem:x;USER=me;PASSWORD=${dir:" + folder + ":pw};and no more";

    Cli cli =
        doctor(folder, jdbc(url, "orders"), "file: {path: %s/out, format: csv}".formatted(folder));

    assertThat(cli.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(cli.out())
        .contains("✗ source and sink: source orders at h2:mem:x")
        .doesNotContain("hush");
  }
}
