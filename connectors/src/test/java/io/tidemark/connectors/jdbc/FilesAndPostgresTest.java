package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Rows;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.file.Fixture;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables to files, and files to tables. */
class FilesAndPostgresTest {

  private static final Schema NANOS =
      SchemaBuilder.record("row")
          .fields()
          .requiredLong("id")
          .name("tz")
          .type(nullable(LogicalTypes.timestampNanos()))
          .noDefault()
          .name("t")
          .type(nullable(LogicalTypes.localTimestampNanos()))
          .noDefault()
          .endRecord();

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

  @Test
  void shouldLoadTimestampsInNanosecondsWhenTheyAreWholeMicroseconds() throws Exception {
    List<Path> files =
        write(
            row(NANOS, 1L, 978_307_200_123_456_000L, -1_000L),
            row(NANOS, 2L, Long.MAX_VALUE / 1_000 * 1_000, Long.MIN_VALUE / 1_000 * 1_000),
            row(NANOS, 3L, null, null));

    load(files, "parquet", "", "b");

    assertThat(database.rows("SELECT tz AT TIME ZONE 'UTC', t FROM b ORDER BY id"))
        .containsExactly(
            "2001-01-01 00:00:00.123456|1969-12-31 23:59:59.999999",
            "2262-04-11 23:47:16.854775|1677-09-21 00:12:43.145225",
            "∅|∅");
    assertThat(
            database.rows(
                "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attnum > 1 AND"
                    + " attrelid = 'b'::regclass ORDER BY attnum"))
        .containsExactly("timestamp with time zone", "timestamp without time zone");
  }

  @Test
  void shouldCallTheRowPoisonWhenATimestampIsFinerThanMicroseconds() throws Exception {
    List<Path> files = write(row(NANOS, 1L, 1_001L, null));

    TaskException e =
        catchThrowableOfType(TaskException.class, () -> load(files, "parquet", "", "b"));

    assertThat(e.kind()).isEqualTo(FailureKind.POISON);
    assertThat(e)
        .hasMessageContainingAll("column tz holds 1001", "microseconds", "round it at the source");
    assertThat(database.rows("SELECT * FROM b")).isEmpty();
  }

  @Test
  void shouldNameTheColumnWhenPostgresHasNoTypeForIt() throws Exception {
    Schema either =
        Schema.createUnion(Schema.create(Schema.Type.INT), Schema.create(Schema.Type.STRING));
    Schema schema =
        SchemaBuilder.record("row").fields().name("either").type(either).noDefault().endRecord();

    try (Sink sink = Connector.named("jdbc").sink(database.config("b")).orElseThrow()) {
      assertThatThrownBy(() -> sink.check(Fixture.shape(schema)))
          .hasMessageContainingAll("column 'either'", "[\"int\",\"string\"]", "such as string");
    }
  }

  private static Schema nullable(LogicalType type) {
    Schema schema = type.addToSchema(Schema.create(Schema.Type.LONG));
    return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
  }

  private static GenericRecord row(Schema schema, Object... values) {
    GenericRecord row = new GenericData.Record(schema);
    for (int i = 0; i < values.length; i++) {
      row.put(i, values[i]);
    }
    return row;
  }

  /** Rows as a Parquet file. */
  private List<Path> write(GenericRecord... rows) throws Exception {
    SourceShape shape = Fixture.shape(rows[0].getSchema());
    try (Sink sink = Connector.named("file").sink(file(dir, "parquet")).orElseThrow()) {
      sink.prepare(shape);
      Claim claim = new Claim("write-00000000", "write-00000000/0", 1, "w");
      try (SinkWriter writer = sink.open(claim, shape, RowFormat.RECORDS)) {
        Rows out = writer.begin();
        for (GenericRecord row : rows) {
          out.record(row);
        }
        return writer.commit(Cursor.of(1), new Totals(0, 0, 0, "avro", 1, 0), true).stream()
            .map(f -> dir.resolve(f.getPath()))
            .toList();
      }
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
