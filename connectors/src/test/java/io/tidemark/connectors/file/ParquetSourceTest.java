package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.TextValues;
import io.tidemark.connectors.parquet.ParquetCodecs;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.GenericRecordBuilder;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParquetSourceTest {

  @TempDir Path dir;

  /** A file of one row as other systems write it: without Avro's schema beside. */
  private Source foreign(String columns, Consumer<Group> fill) throws Exception {
    Path file = dir.resolve("t.parquet");
    MessageType type = MessageTypeParser.parseMessageType("message m { " + columns + " }");
    try (ParquetWriter<Group> writer =
        ExampleParquetWriter.builder(new LocalOutputFile(file))
            .withConf(new PlainParquetConfiguration())
            .withCodecFactory(new ParquetCodecs())
            .withType(type)
            .build()) {
      Group row = new SimpleGroup(type);
      fill.accept(row);
      writer.write(row);
    }
    return Fixture.source(file, "'format': 'parquet'");
  }

  private static Binary int96(long nanos, int julianDay) {
    ByteBuffer b = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    return Binary.fromConstantByteArray(b.putLong(nanos).putInt(julianDay).array());
  }

  private static List<String> types(Source source) throws TaskException {
    return source.shape().columns().stream().map(SourceShape.Column::nativeType).toList();
  }

  @Test
  void shouldKeepWhatValuesMeanWhenAvroHasAnotherType() throws Exception {
    String columns =
        "optional int96 legacy; optional int96 none; required int32 small (DECIMAL(9,2));"
            + " required int64 price (DECIMAL(18,4)); required int32 u32 (INTEGER(32,false));"
            + " required int64 u64 (INTEGER(64,false)); required int64 n (TIMESTAMP(NANOS,true));"
            + " optional int64 ln (TIMESTAMP(NANOS,false)); required binary j (JSON);"
            + " required int64 ms (TIMESTAMP(MILLIS,true)); required int32 day (DATE);";
    try (Source source =
        foreign(
            columns,
            g -> {
              g.add("legacy", int96(1_500_000L, 2_440_589));
              g.add("small", -123);
              g.add("price", 12_345L);
              g.add("u32", -1);
              g.add("u64", -1L);
              g.add("n", 5L);
              g.add("ln", 6L);
              g.add("j", "{\"ü\": 1}");
              g.add("ms", 7L);
              g.add("day", 8);
            })) {
      assertThat(types(source))
          .containsExactly(
              "[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}]",
              "[\"null\",{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}]",
              "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}",
              "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":18,\"scale\":4}",
              "\"long\"",
              "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":20,\"scale\":0}",
              "{\"type\":\"long\",\"logicalType\":\"timestamp-nanos\"}",
              "[\"null\",{\"type\":\"long\",\"logicalType\":\"local-timestamp-nanos\"}]",
              "\"string\"",
              "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}",
              "{\"type\":\"int\",\"logicalType\":\"date\"}");
      GenericRecord row = Fixture.read(source).getFirst();
      List<String> texts =
          row.getSchema().getFields().stream()
              .filter(f -> row.get(f.pos()) != null)
              .map(f -> TextValues.printer(f.schema()).print(row.get(f.pos())))
              .toList();
      assertThat(texts)
          .containsExactly(
              "1970-01-02T00:00:00.0015Z",
              "-1.23",
              "1.2345",
              "4294967295",
              "18446744073709551615",
              "1970-01-01T00:00:00.000000005Z",
              "1970-01-01T00:00:00.000000006",
              "{\"ü\": 1}",
              "1970-01-01T00:00:00.007Z",
              "1970-01-09");
    }
  }

  @Test
  void shouldReadListsMapsAndGroupsWhenOthersWroteThem() throws Exception {
    String columns =
        "optional group l (LIST) { repeated group list { optional int32 element; } }"
            + " optional group m (MAP) { repeated group key_value { required binary key (STRING);"
            + " optional int64 value; } }"
            + " required group g { optional binary inner (STRING); }";
    try (Source source =
        foreign(
            columns,
            g -> {
              Group list = g.addGroup("l");
              list.addGroup("list").add("element", 1);
              list.addGroup("list");
              g.addGroup("m").addGroup("key_value").append("key", "k").append("value", 2L);
              g.addGroup("g").add("inner", "x");
            })) {
      assertThat(Fixture.read(source).getFirst())
          .hasToString("{\"l\": [1, null], \"m\": {\"k\": 2}, \"g\": {\"inner\": \"x\"}}");
    }
  }

  @Test
  void shouldKeepTrueNamesWhenTheyAreNoAvroNames() throws Exception {
    String columns =
        "required int32 Order-ID; optional group größe { optional int32 in-ner; } required int32 a;";
    try (Source source =
        foreign(
            columns,
            g -> {
              g.add("Order-ID", 1);
              g.addGroup("größe").add("in-ner", 2);
              g.add("a", 3);
            })) {
      assertThat(source.shape().columns().stream().map(SourceShape.Column::name))
          .containsExactly("Order-ID", "größe", "a");
      assertThat(Fixture.read(source).getFirst())
          .hasToString("{\"Order_ID\": 1, \"gr__e\": {\"in_ner\": 2}, \"a\": 3}");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "optional group l (LIST) { repeated group list { optional int32 element (DECIMAL(9,2)); } }",
        "required group l { required int96 x; }",
        "required group l { required int64 x (INTEGER(64,false)); }",
        "optional group l (MAP) { repeated group key_value { required int32 key; optional int32 value; } }"
      })
  void shouldRefuseByNameWhenANestedTypeHasNoCounterpart(String column) throws Exception {
    try (Source source = foreign(column, g -> g.addGroup("l"))) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("t.parquet")
          .hasMessageContaining("not supported");
    } catch (RuntimeException unwritable) {
      // The row cannot be written either where the group requires a value.
      assertThat(unwritable).hasMessageContaining("x");
    }
  }

  @Test
  void shouldRefuseAnInt96WhenItIsFinerThanMicroseconds() throws Exception {
    try (Source source = foreign("required int96 t;", g -> g.add("t", int96(1_500L, 2_440_588)))) {
      assertThatThrownBy(() -> Fixture.read(source))
          .hasMessageContaining("an INT96 timestamp is finer than microseconds");
    }
  }

  @Test
  void shouldNameBothFilesWhenTheirColumnsDiffer() throws Exception {
    written("a.parquet", "id", 5);
    written("b.parquet", "nr", 5);
    try (Source source = Fixture.source(dir, "'format': 'parquet'")) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("column 1 is id \"int\" in")
          .hasMessageContaining("a.parquet, but is nr \"int\" in")
          .hasMessageContaining("b.parquet");
    }
  }

  private Path written(String name, String column, int rows) throws Exception {
    Schema schema =
        SchemaBuilder.record("row").fields().requiredInt(column).optionalString("s").endRecord();
    Path file = dir.resolve(name);
    try (SyncedFile out = SyncedFile.create(file)) {
      ParquetRowFile p = new ParquetRowFile(out, schema, CompressionCodecName.ZSTD, 100);
      for (int i = 0; i < rows; i++) {
        p.write(new GenericRecordBuilder(schema).set(column, i).set("s", "text " + i % 7).build());
      }
      p.end();
      out.finish();
    }
    return file;
  }

  private void readOrRefuse(Path file) throws Exception {
    try (Source source = Fixture.source(file, "'format': 'parquet'", 1_000)) {
      Fixture.read(source);
    } catch (TaskException e) {
      assertThat(e).hasMessageContaining(file.getFileName().toString());
      assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    }
  }

  @Test
  @Timeout(60)
  void shouldRefuseAFileWhenItIsCutShort() throws Exception {
    byte[] good = Files.readAllBytes(written("good.parquet", "id", 250));
    Path file = dir.resolve("short.parquet");
    for (int length :
        new int[] {0, 3, 4, 8, 12, 100, good.length / 2, good.length - 8, good.length - 1}) {
      Files.write(file, Arrays.copyOf(good, length));
      try (Source source = Fixture.source(file, "'format': 'parquet'")) {
        assertThatThrownBy(source::shape)
            .hasMessageContaining("short.parquet is damaged")
            .extracting(e -> ((TaskException) e).kind())
            .isEqualTo(FailureKind.FATAL);
      }
    }
  }

  @Test
  void shouldRefuseRowsWhenAPageIsNotWhatWasWritten() throws Exception {
    Path file = written("good.parquet", "id", 250);
    byte[] bytes = Files.readAllBytes(file);
    Path bad = dir.resolve("bad.parquet");
    int found = 0;
    for (int at = 4; at < 400; at += 7) {
      byte[] flipped = bytes.clone();
      flipped[at] ^= 0x10;
      Files.write(bad, flipped);
      try (Source source = Fixture.source(bad, "'format': 'parquet'")) {
        assertThat(Fixture.read(source)).hasSize(250);
      } catch (TaskException e) {
        assertThat(e).hasMessageContaining("bad.parquet, row group ");
        found++;
      }
    }
    // Statistics in page headers may change unseen; the pages themselves carry checksums.
    assertThat(found).isGreaterThan(40);
  }

  @Test
  @Timeout(120)
  void shouldReadOrRefuseByNameWhenBytesAreMutated() throws Exception {
    Random random = Fixture.random();
    byte[] good = Files.readAllBytes(written("good.parquet", "id", 250));
    Path file = dir.resolve("m.parquet");
    for (int round = 0; round < 500; round++) {
      byte[] bad = good.clone();
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt();
      }
      Files.write(file, bad);
      readOrRefuse(file);
    }
  }

  @Test
  void shouldRefuseAPageWhenItsHeaderClaimsMoreBytesThanThereAre() throws Exception {
    foreign("required int32 a;", g -> g.add("a", 7)).close();
    Path file = dir.resolve("t.parquet");
    byte[] bytes = Files.readAllBytes(file);
    // Behind the magic: field 1, the type; field 2, the size; field 3, the packed size: 8, zigzag.
    assertThat(Arrays.copyOfRange(bytes, 4, 10)).containsExactly(0x15, 0, 0x15, 8, 0x15, 8);
    byte[] huge = spliced(bytes, 9, 10, new byte[] {-2, -1, -1, -1, 15});
    assertThatThrownBy(() -> firstGroup(file, huge))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("page at byte 4: 2147483647 bytes");
  }

  @Test
  void shouldRefuseAPageWhenItsHeaderIsNestedTooDeep() throws Exception {
    foreign("required int32 a;", g -> g.add("a", 7)).close();
    Path file = dir.resolve("t.parquet");
    byte[] deep = new byte[100_000];
    Arrays.fill(deep, (byte) 0xFC); // an object in a field that nobody knows
    byte[] bytes = spliced(Files.readAllBytes(file), 4, 4, deep);
    assertThatThrownBy(() -> firstGroup(file, bytes))
        .isInstanceOf(TaskException.class)
        .hasMessageContaining("skip depth");
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] with) {
    byte[] out = Arrays.copyOf(bytes, bytes.length - (to - from) + with.length);
    System.arraycopy(with, 0, out, from, with.length);
    System.arraycopy(bytes, to, out, from + with.length, bytes.length - to);
    return out;
  }

  private static void firstGroup(Path file, byte[] bytes) throws Exception {
    Files.write(file, bytes);
    try (ParquetFile parquet = ParquetFile.open(new LocalSource().look(file.toString()))) {
      parquet.rows(0, 0);
    }
  }
}
