package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written is read back unchanged, type by type. */
class RoundTripTest {

  @TempDir Path dir;

  private static Schema logical(LogicalType type, Schema.Type on) {
    return type.addToSchema(Schema.create(on));
  }

  private static Schema.Field field(String column, Schema type) {
    String name = AvroNames.of(List.of(column)).getFirst();
    return AvroNames.nullable(name, column, type);
  }

  private static ByteBuffer decimal(String text) {
    return ByteBuffer.wrap(new BigDecimal(text).unscaledValue().toByteArray());
  }

  private static List<Schema.Field> flat() {
    return List.of(
        field("b", Schema.create(Schema.Type.BOOLEAN)),
        field("i", Schema.create(Schema.Type.INT)),
        field("l", Schema.create(Schema.Type.LONG)),
        field("f", Schema.create(Schema.Type.FLOAT)),
        field("d", Schema.create(Schema.Type.DOUBLE)),
        field("Some Text", Schema.create(Schema.Type.STRING)),
        field("by", Schema.create(Schema.Type.BYTES)),
        field("dec", logical(LogicalTypes.decimal(20, 4), Schema.Type.BYTES)),
        field("day", logical(LogicalTypes.date(), Schema.Type.INT)),
        field("tod", logical(LogicalTypes.timeMicros(), Schema.Type.LONG)),
        field("ts", logical(LogicalTypes.localTimestampMicros(), Schema.Type.LONG)),
        field("tz", logical(LogicalTypes.timestampMicros(), Schema.Type.LONG)));
  }

  private static final String FLAT_TYPES =
      "{'b': 'boolean', 'i': 'int', 'l': 'long', 'f': 'float', 'd': 'double', 'by': 'bytes',"
          + " 'dec': 'decimal(20,4)', 'day': 'date', 'tod': 'time', 'ts': 'timestamp',"
          + " 'tz': 'timestamptz'}";

  private static List<List<Object>> values() {
    List<Object> nothing = new ArrayList<>();
    flat().forEach(f -> nothing.add(null));
    return List.of(
        List.of(
            true,
            1,
            2L,
            1.5f,
            2.5,
            "x",
            ByteBuffer.wrap(new byte[] {0, -1, 2}),
            decimal("-1.2345"),
            11_000,
            86_399_999_999L,
            -1L,
            978_307_200_123_456L),
        List.of(
            false,
            Integer.MIN_VALUE,
            Long.MIN_VALUE,
            Float.MIN_VALUE,
            Double.MAX_VALUE,
            "",
            ByteBuffer.allocate(0),
            decimal("9999999999999999.9999"),
            -719_162,
            0L,
            -62_135_596_800_000_000L,
            253_402_300_799_999_999L),
        List.of(
            true,
            Integer.MAX_VALUE,
            Long.MAX_VALUE,
            Float.NaN,
            Double.NEGATIVE_INFINITY,
            "\uFEFF\"q\",\r\n ü🚀 ",
            ByteBuffer.wrap("é".getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            decimal("0.0000"),
            0,
            1L,
            Long.MAX_VALUE,
            Long.MIN_VALUE + 1_000_000),
        nothing);
  }

  private static GenericRecord row(Schema schema, List<?> values) {
    GenericData.Record row = new GenericData.Record(schema);
    for (int i = 0; i < values.size(); i++) {
      row.put(i, values.get(i));
    }
    return row;
  }

  private Source written(List<GenericRecord> rows, String sinkSettings, String sourceSettings)
      throws Exception {
    Schema schema = rows.getFirst().getSchema();
    SourceShape shape = Fixture.shape(schema);
    Path out = dir.resolve("out");
    try (Sink sink = Fixture.sink(out, sinkSettings)) {
      sink.prepare(shape);
      try (SinkWriter writer = Fixture.open(sink, shape, 0, 1)) {
        Path file = out.resolve(Fixture.chunk(writer, rows).getFirst().getPath());
        return Fixture.source(file, sourceSettings);
      }
    }
  }

  private static List<List<Object>> contents(List<GenericRecord> rows) {
    List<List<Object>> out = new ArrayList<>();
    for (GenericRecord r : rows) {
      List<Object> values = new ArrayList<>();
      for (Schema.Field f : r.getSchema().getFields()) {
        Object v = r.get(f.pos());
        values.add(v instanceof CharSequence ? v.toString() : v);
      }
      out.add(values);
    }
    return out;
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "snappy", "none"})
  void shouldReadBackEveryFlatTypeWhenWrittenAsParquet(String compression) throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    List<GenericRecord> rows = values().stream().map(v -> row(schema, v)).toList();
    try (Source source =
        written(
            rows,
            "'format': 'parquet', 'compression': '" + compression + "'",
            "'format': 'parquet'")) {
      assertThat(contents(Fixture.read(source))).isEqualTo(values());
      assertThat(source.shape().columns()).isEqualTo(Fixture.shape(schema).columns());
    }
  }

  @Test
  void shouldReadBackEveryFlatTypeWhenWrittenAsCsv() throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    List<GenericRecord> rows = values().stream().map(v -> row(schema, v)).toList();
    try (Source source =
        written(rows, "'format': 'csv'", "'format': 'csv', 'schema': " + FLAT_TYPES)) {
      assertThat(contents(Fixture.read(source))).isEqualTo(values());
      assertThat(source.shape().columns()).isEqualTo(Fixture.shape(schema).columns());
    }
  }

  @Test
  void shouldReadBackEveryFlatTypeWhenWrittenAsJsonLines() throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    List<GenericRecord> rows = values().stream().map(v -> row(schema, v)).toList();
    String all = FLAT_TYPES.replace("'d': 'double',", "'d': 'double', 'Some Text': 'string',");
    try (Source source =
        written(rows, "'format': 'jsonl'", "'format': 'jsonl', 'schema': " + all)) {
      assertThat(contents(Fixture.read(source))).isEqualTo(values());
      assertThat(source.shape().columns()).isEqualTo(Fixture.shape(schema).columns());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"zstd", "snappy", "none"})
  void shouldReadBackEveryFlatTypeWhenWrittenAsAvro(String compression) throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    List<GenericRecord> rows = values().stream().map(v -> row(schema, v)).toList();
    try (Source source =
        written(
            rows, "'format': 'avro', 'compression': '" + compression + "'", "'format': 'avro'")) {
      assertThat(contents(Fixture.read(source))).isEqualTo(values());
      assertThat(source.shape().columns()).isEqualTo(Fixture.shape(schema).columns());
    }
  }

  @Test
  void shouldWriteTextsThatPeopleKnowWhenWrittenAsJsonLines() throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    List<GenericRecord> rows = List.of(row(schema, values().get(0)), row(schema, values().get(3)));
    try (Source source = written(rows, "'format': 'jsonl'", "'format': 'jsonl'")) {
      assertThat(Files.readString(Path.of(source.shape().name())))
          .isEqualTo(
              "{\"b\":true,\"i\":1,\"l\":2,\"f\":1.5,\"d\":2.5,\"Some Text\":\"x\",\"by\":\"AP8C\","
                  + "\"dec\":-1.2345,\"day\":\"2000-02-13\",\"tod\":\"23:59:59.999999\","
                  + "\"ts\":\"1969-12-31T23:59:59.999999\",\"tz\":\"2001-01-01T00:00:00.123456Z\"}\n"
                  + "{\"b\":null,\"i\":null,\"l\":null,\"f\":null,\"d\":null,\"Some Text\":null,"
                  + "\"by\":null,\"dec\":null,\"day\":null,\"tod\":null,\"ts\":null,\"tz\":null}\n");
    }
  }

  @Test
  void shouldReadBackNestedValuesWhenInferredFromJsonLinesAndWrittenAsSuch() throws Exception {
    Path in = dir.resolve("in.jsonl");
    Fixture.write(
        in,
        """
        {"id":1,"at":{"x":[1,null,3],"y y":{"z":true}},"mixed":"a"}
        {"id":2,"at":null,"mixed":2.5}
        {"id":3,"at":{"x":[],"y y":null},"mixed":[{"k":"v"}]}
        """);
    try (Source source = Fixture.source(in, "'format': 'jsonl'");
        Source back = written(Fixture.read(source), "'format': 'jsonl'", "'format': 'jsonl'")) {
      assertThat(Path.of(back.shape().name())).hasSameTextualContentAs(in);
    }
  }

  @Test
  void shouldWriteTextsThatPeopleKnowWhenWrittenAsCsv() throws Exception {
    Schema schema = Schema.createRecord("row", null, "t", false, flat());
    try (Source source =
        written(List.of(row(schema, values().get(0))), "'format': 'csv'", "'format': 'csv'")) {
      assertThat(Files.readString(Path.of(source.shape().name())))
          .isEqualTo(
              "b,i,l,f,d,Some Text,by,dec,day,tod,ts,tz\n"
                  + "true,1,2,1.5,2.5,x,AP8C,-1.2345,2000-02-13,23:59:59.999999,"
                  + "1969-12-31T23:59:59.999999,2001-01-01T00:00:00.123456Z\n");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "avro"})
  void shouldReadBackNestedTypesWhenWrittenAs(String format) throws Exception {
    Schema point =
        SchemaBuilder.record("point").fields().requiredInt("x").optionalDouble("y").endRecord();
    Schema color = Schema.createEnum("color", null, null, List.of("RED", "BLUE"));
    Schema four = Schema.createFixed("four", null, null, 4);
    Schema nullableLong = SchemaBuilder.unionOf().nullType().and().longType().endUnion();
    Schema nanos = logical(LogicalTypes.timestampNanos(), Schema.Type.LONG);
    Schema localNanos = logical(LogicalTypes.localTimestampNanos(), Schema.Type.LONG);
    Schema either =
        SchemaBuilder.unionOf().nullType().and().intType().and().stringType().endUnion();
    Schema millis = logical(LogicalTypes.timestampMillis(), Schema.Type.LONG);
    Schema schema =
        Schema.createRecord(
            "row",
            null,
            "t",
            false,
            List.of(
                field("list", Schema.createArray(nullableLong)),
                field("map", Schema.createMap(point)),
                field("point", point),
                field("color", color),
                field("four", four),
                field("nanos", nanos),
                field("local", localNanos),
                field("millis", millis),
                new Schema.Field("either", either)));
    GenericRecord p = row(point, java.util.Arrays.asList(1, null));
    List<Object> full =
        List.of(
            java.util.Arrays.asList(1L, null, 3L),
            Map.of("k", p),
            p,
            new GenericData.EnumSymbol(color, "BLUE"),
            new GenericData.Fixed(four, new byte[] {1, 2, 3, 4}),
            1_000_000_001L,
            -1L,
            5L,
            "text");
    List<Object> empty = new ArrayList<>();
    full.forEach(v -> empty.add(null));
    empty.set(0, List.of());
    try (Source source =
        written(
            List.of(row(schema, full), row(schema, empty)),
            "'format': '" + format + "'",
            "'format': '" + format + "'")) {
      List<GenericRecord> read = Fixture.read(source);
      assertThat(read)
          .extracting(Object::toString)
          .containsExactly(row(schema, full).toString(), row(schema, empty).toString());
      assertThat(source.shape().columns()).isEqualTo(Fixture.shape(schema).columns());
    }
  }

  @Test
  void shouldNameEveryColumnWhenTheFormatCannotTakeIt() throws Exception {
    Schema schema =
        Schema.createRecord(
            "row",
            null,
            "t",
            false,
            List.of(
                field("ok", Schema.create(Schema.Type.INT)),
                field("my list", Schema.createArray(Schema.create(Schema.Type.INT))),
                new Schema.Field("nothing", Schema.create(Schema.Type.NULL))));
    try (Sink csv = Fixture.sink(dir.resolve("o"), "'format': 'csv'");
        Sink json = Fixture.sink(dir.resolve("o"), "'format': 'jsonl'");
        Sink parquet = Fixture.sink(dir.resolve("o"), "'format': 'parquet'")) {
      assertThatThrownBy(() -> csv.check(Fixture.shape(schema)))
          .hasMessageContaining("rows cannot be written as csv: column 'my list'")
          .hasMessageContaining("is nested (array); write parquet instead; column 'nothing'");
      assertThatThrownBy(() -> parquet.check(Fixture.shape(schema)))
          .hasMessageContaining("rows cannot be written as parquet: column 'nothing'");
      json.check(Fixture.shape(schema));
      assertThat(dir.resolve("o")).doesNotExist();
    }
  }
}
