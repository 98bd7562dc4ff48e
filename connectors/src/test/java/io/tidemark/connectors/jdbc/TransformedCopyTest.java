package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.transform.TransformedSource;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.spec.TransformSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows whose columns get other names and types between ends of any kind. */
class TransformedCopyTest {

  @TempDir Path dir;

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    database.run(
        "CREATE TABLE src (id bigint PRIMARY KEY, n int, amount numeric(8,2) NOT NULL, at date,"
            + " doc jsonb, tag varchar(7))",
        "INSERT INTO src VALUES (1, 10, 12.50, '2001-01-31', '{\"a\": [1, 2]}', 'tab\t'),"
            + " (2, NULL, -3, 'infinity', NULL, ''), (3, 7, 0, NULL, '1', NULL)");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Test
  void shouldMakeTheTableOfTheNewColumnsWhenBothEndsArePostgres() throws Exception {
    copy(
        database("src"),
        table("dst", "upsert"),
        Map.of("id", "order id", "at", "day"),
        Map.of("n", "long", "amount", "decimal(12,4)", "at", "timestamp"));

    assertThat(
            database.rows(
                "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
                    + " WHERE attnum > 0 AND attrelid = 'dst'::regclass ORDER BY attnum"))
        .containsExactly(
            "order id|bigint|t",
            "n|bigint|f",
            "amount|numeric(12,4)|t",
            "day|timestamp without time zone|f",
            "doc|jsonb|f",
            "tag|character varying(7)|f");
    assertThat(database.rows("SELECT * FROM dst ORDER BY 1"))
        .containsExactly(
            "1|10|12.5000|2001-01-31 00:00:00|{\"a\": [1, 2]}|tab\t",
            "2|∅|-3.0000|infinity|∅|",
            "3|7|0.0000|∅|1|∅");
  }

  @Test
  void shouldUpsertByTheRenamedKeyWhenRowsAreThere() throws Exception {
    database.run(
        "CREATE TABLE dst (k bigint PRIMARY KEY, n int, amount numeric, at date, doc jsonb, tag"
            + " text)",
        "INSERT INTO dst VALUES (2, 99, 99, NULL, NULL, 'old'), (9, 9, 9, NULL, NULL, 'other')");

    copy(database("src"), table("dst", "upsert"), Map.of("id", "k"), Map.of());

    assertThat(database.rows("SELECT k, n, tag FROM dst ORDER BY k"))
        .containsExactly("1|10|tab\t", "2|∅|", "3|7|∅", "9|9|other");
  }

  @Test
  void shouldTypeTheColumnsOfCsvWhenTheSinkIsPostgres() throws Exception {
    Path csv =
        Files.writeString(
            dir.resolve("in.csv"), "id,Amount €,on\n1,12.5,true\n2,,false\n3,0,TRUE\n");

    copy(
        file(csv, "csv"),
        table("dst", "insert"),
        Map.of("Amount €", "amount"),
        Map.of("id", "int", "Amount €", "decimal(6,2)", "on", "boolean"));

    assertThat(database.rows("SELECT id, amount, \"on\" FROM dst ORDER BY id"))
        .containsExactly("1|12.50|t", "2|∅|f", "3|0.00|t");
  }

  @Test
  void shouldWriteTheNewColumnsWhenParquetBecomesCsv() throws Exception {
    Path parquet =
        copy(database("src"), sink("parquet"), Map.of("id", "the id"), Map.of("n", "string"))
            .getFirst();

    Path csv =
        copy(
                file(parquet, "parquet"),
                sink("csv"),
                Map.of("the id", "id", "amount", "price"),
                Map.of("n", "double", "amount", "string", "doc", "string"))
            .getFirst();

    assertThat(Files.readString(csv))
        .isEqualTo(
            """
            id,n,price,at,doc,tag
            1,10.0,12.50,2001-01-31,"{""a"": [1, 2]}","tab\t"
            2,,-3.00,infinity,,""
            3,7.0,0.00,,1,
            """);
  }

  @Test
  void shouldCallTheRowPoisonWhenAValueDoesNotFit() {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () ->
                copy(
                    database("src"),
                    table("dst", "insert"),
                    Map.of("amount", "price"),
                    Map.of("amount", "int")));

    assertThat(e.kind()).isEqualTo(FailureKind.POISON);
    assertThat(e.code()).isEqualTo("CAST");
    assertThat(e)
        .hasMessage(
            "transform.cast: column 'amount' holds '12.50', which is no int: has a fraction, and"
                + " nothing is rounded");
  }

  @Test
  void shouldTellThatRowsAreRecordsWhenExplained() throws Exception {
    try (Source source =
        new TransformedSource(
            database("src"),
            new TransformSettings(Map.of("id", "k"), Map.of("amount", "double")))) {
      assertThat(source.formats()).containsExactly(RowFormat.RECORDS);
      assertThat(source.explain(RowFormat.RECORDS)).contains("transform: id → k, amount as double");
      assertThat(source.obstacles()).containsExactly("the spec's transform works on records");
    }
  }

  /** Copies, and returns the files that the sink wrote. */
  private List<Path> copy(
      Source from, Sink to, Map<String, String> rename, Map<String, String> cast)
      throws TaskException {
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source = new TransformedSource(from, new TransformSettings(rename, cast));
        to) {
      List<CommittedFile> files = Copies.copy(source, to, RowFormat.RECORDS, slices);
      return files.stream().map(f -> dir.resolve(f.getPath())).toList();
    }
  }

  private Source database(String table) throws TaskException {
    return Connector.named("jdbc").source(database.config(table), null);
  }

  private Sink table(String table, String mode) throws TaskException {
    return Connector.named("jdbc").sink(database.config(table).put("mode", mode)).orElseThrow();
  }

  private Source file(Path path, String format) throws TaskException {
    return Connector.named("file").source(config(path, format), null);
  }

  private Sink sink(String format) throws TaskException {
    return Connector.named("file").sink(config(dir, format)).orElseThrow();
  }

  private static JsonNode config(Path path, String format) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    return config.put("path", path.toString()).put("format", format);
  }
}
