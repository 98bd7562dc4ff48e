package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.schemas.avro.CommittedFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables to files, and files to tables. */
class FilesAndPostgresTest {

  @TempDir Path dir;

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "parquet"})
  void shouldArriveUnchangedWhenDatesAndTimesAreInfinite(String format) throws Exception {
    database.run(
        "CREATE TABLE a (id bigint PRIMARY KEY, d date, t timestamp, tz timestamptz)",
        "INSERT INTO a VALUES (1, 'infinity', 'infinity', 'infinity'),"
            + " (2, '-infinity', '-infinity', '-infinity'), (3, NULL, NULL, NULL),"
            + " (4, '2001-01-31', '0044-03-15 12:00:00 BC', '2001-01-31 23:59:59.999999+01')",
        "CREATE TABLE b (LIKE a)");

    List<Path> files = export("a", format);
    load(files, format, "{id: long, d: date, t: timestamp, tz: timestamptz}", "b");

    assertThat(database.content("b")).isEqualTo(database.content("a"));
    if (format.equals("csv")) {
      assertThat(Files.readString(files.getFirst()))
          .contains("1,infinity,infinity,infinity\n2,-infinity,-infinity,-infinity\n3,,,\n");
    }
  }

  private List<Path> export(String table, String format) throws Exception {
    List<CommittedFile> files;
    try (Source source = Connector.named("jdbc").source(database.config(table), null);
        Sink sink = Connector.named("file").sink(file(dir, format)).orElseThrow()) {
      files = Copies.copy(source, sink, RowFormat.RECORDS, new ArrayList<>());
    }
    return files.stream().map(f -> dir.resolve(f.getPath())).toList();
  }

  /**
   * @param types for csv: type of each column, as YAML has it
   */
  private void load(List<Path> files, String format, String types, String table) throws Exception {
    for (Path file : files) {
      ObjectNode from = file(file, format);
      if (format.equals("csv")) {
        from.set("schema", types(types));
      }
      try (Source source = Connector.named("file").source(from, null);
          Sink sink = Connector.named("jdbc").sink(database.config(table)).orElseThrow()) {
        Copies.copy(source, sink, RowFormat.RECORDS, new ArrayList<>());
      }
    }
  }

  private static ObjectNode file(Path path, String format) {
    return JsonNodeFactory.instance.objectNode().put("path", path.toString()).put("format", format);
  }

  private static JsonNode types(String yaml) {
    ObjectNode types = JsonNodeFactory.instance.objectNode();
    for (String entry : yaml.replaceAll("[{} ]", "").split(",", -1)) {
      String[] parts = entry.split(":", -1);
      types.put(parts[0], parts[1]);
    }
    return types;
  }
}
