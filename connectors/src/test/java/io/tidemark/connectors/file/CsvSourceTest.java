package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.ChunkReader.ChunkEnd;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvSourceTest {

  @TempDir Path dir;

  private List<List<String>> rows(String text, String settings) throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), text);
    try (Source source = Fixture.source(file, settings)) {
      return texts(Fixture.read(source));
    }
  }

  private static List<List<String>> texts(List<GenericRecord> rows) {
    List<List<String>> out = new ArrayList<>();
    for (GenericRecord row : rows) {
      List<String> values = new ArrayList<>();
      for (int i = 0; i < row.getSchema().getFields().size(); i++) {
        values.add(row.get(i) == null ? null : row.get(i).toString());
      }
      out.add(values);
    }
    return out;
  }

  private static List<String> row(String... values) {
    return java.util.Arrays.asList(values);
  }

  @Test
  void shouldReadFieldsWhenTheyHoldWhateverRfc4180Allows() throws Exception {
    String text =
        "\uFEFFid,\"na\"\"me\"\r\n1,plain\r\n2,\"com,ma\"\n3,\"two\r\nlines\"\r\n4,\"say \"\"hi\"\"\"\n"
            + "5,\n6,\"\"\n\"\"\"\", x \n,\n8,ünïcode 🚀";
    assertThat(rows(text, "'format': 'csv'"))
        .containsExactly(
            row("1", "plain"),
            row("2", "com,ma"),
            row("3", "two\r\nlines"),
            row("4", "say \"hi\""),
            row("5", null),
            row("6", ""),
            row("\"", " x "),
            row(null, null),
            row("8", "ünïcode 🚀"));
  }

  @Test
  void shouldPassOverEmptyLinesWhenThereAreSeveralColumns() throws Exception {
    assertThat(rows("a,b\n\n1,2\n\r\n\n3,4\n\n", "'format': 'csv'"))
        .containsExactly(row("1", "2"), row("3", "4"));
  }

  @Test
  void shouldReadNullsWhenThereIsOneColumnAndLinesAreEmpty() throws Exception {
    assertThat(rows("a\n1\n\n\"\"\n", "'format': 'csv'"))
        .containsExactly(row("1"), row((String) null), row(""));
  }

  @Test
  void shouldNameColumnsWhenThereIsNoHeader() throws Exception {
    String settings = "'format': 'csv', 'header': false, 'delimiter': '\\t'";
    Path file = Fixture.write(dir.resolve("t.csv"), "1\tx\n2\ty\n");
    try (Source source = Fixture.source(file, settings)) {
      assertThat(source.shape().columns().stream().map(SourceShape.Column::name))
          .containsExactly("column1", "column2");
      assertThat(texts(Fixture.read(source))).containsExactly(row("1", "x"), row("2", "y"));
    }
    assertThat(rows("1\tx\n", settings + ", 'schema': {'id': 'int', 'note': 'string'}"))
        .containsExactly(row("1", "x"));
  }

  @Test
  void shouldTakeTheNullTextAsNullOnlyWhereItIsNotQuoted() throws Exception {
    assertThat(rows("a,b\n\\N,\"\\N\"\n,\n", "'format': 'csv', 'nulls': '\\\\N'"))
        .containsExactly(row(null, "\\N"), row("", ""));
  }

  @Test
  void shouldKeepTrueNamesWhenTheyAreNoAvroNames() throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), "Order ID,Order-ID,größe,1st,ok\n1,2,3,4,5\n");
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      SourceShape shape = source.shape();
      assertThat(shape.columns().stream().map(SourceShape.Column::name))
          .containsExactly("Order ID", "Order-ID", "größe", "1st", "ok");
      assertThat(shape.schema().getFields().stream().map(f -> f.name()))
          .containsExactly("Order_ID", "Order_ID_2", "gr__e", "_1st", "ok");
      assertThat(texts(Fixture.read(source))).containsExactly(row("1", "2", "3", "4", "5"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "int           | 2147483648            | no int",
        "long          | 1.5                   | no long",
        "double        | 1.5d                  | no double",
        "double        | 0x1p3                 | no double",
        "boolean       | yes                   | neither true nor false",
        "decimal(5,2)  | 1.005                 | no decimal(5,2)",
        "decimal(5,2)  | 1000.00               | more than 3 digits before the point",
        "decimal(5,2)  | 1e999999999           | no decimal",
        "date          | 2001-02-30            | no date",
        "timestamp     | 2001-01-01            | no timestamp",
        "timestamptz   | 2001-01-01T00:00:00   | no timestamptz",
        "time          | 12:00:00.0000001      | finer than microseconds",
        "bytes         | a?b                   | no bytes"
      })
  void shouldNamePlaceColumnAndValueWhenItIsNoneOfItsType(String type, String text, String why)
      throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), "id,v\n1,\n2," + text + "\n");
    try (Source source = Fixture.source(file, "'format': 'csv', 'schema': {'v': '" + type + "'}");
        ChunkReader reader =
            source.open(Fixture.slices(source).getFirst().slice(), RowFormat.RECORDS)) {
      List<GenericRecord> rows = new ArrayList<>();
      ChunkEnd end = reader.read(Cursor.START, Fixture.WHOLE, Fixture.collect(rows::add));

      // The chunk ends before the bad record, and the next one is that record.
      assertThat(rows).hasSize(1);
      assertThat(end).isEqualTo(new ChunkEnd(Cursor.of(8), false));
      assertThatThrownBy(() -> reader.read(end.cursor(), Fixture.WHOLE, Fixture.collect(rows::add)))
          .hasMessageContaining(file + ", record at byte 8 (line 3): column 'v' holds '" + text)
          .hasMessageContaining(why)
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.POISON);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'1,2,3'          | has 3 fields, and there are 2 columns",
        "'1'              | has 1 fields, and there are 2 columns",
        "'1,a\"b'         | field 2: a quote stands inside",
        "'1,\"a\"b'       | field 2: text follows the closing quote"
      })
  void shouldSayWhatIsWrongWhenARecordIsMalformed(String record, String why) throws Exception {
    assertThatThrownBy(() -> rows("a,b\n" + record + "\n", "'format': 'csv'"))
        .hasMessageContaining("record at byte 4 (line 2)")
        .hasMessageContaining(why);
  }

  @Test
  void shouldRefuseALoneCarriageReturnWhenItStandsInAnUnquotedField() {
    assertThatThrownBy(() -> rows("a,b\n1,x\ry\n", "'format': 'csv'"))
        .hasMessageContaining("a carriage return is not followed by a line feed");
  }

  @Test
  void shouldRefuseTextWhenItIsNotUtf8() throws Exception {
    Path file = dir.resolve("t.csv");
    Files.write(file, "a,b\n1,gr\u00fcn\n".getBytes(StandardCharsets.ISO_8859_1));
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      assertThatThrownBy(() -> Fixture.read(source))
          .hasMessageContaining("column 'b' is not UTF-8 text");
    }
    Files.write(file, "a,b\n".getBytes(StandardCharsets.UTF_16));
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      assertThatThrownBy(source::shape).hasMessageContaining("is UTF-16; convert it to UTF-8");
    }
  }

  @Test
  void shouldRefuseToPlanWhenAQuoteIsNeverClosed() throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), "a,b\n1,2\n3,\"open\n4,5\n");
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      assertThatThrownBy(() -> Fixture.slices(source))
          .hasMessageContaining(file + ", record at byte 8 (line 3): a quote is opened in it")
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.FATAL);
    }
  }

  @Test
  void shouldRefuseToPlanWhenARecordIsTooLong() throws Exception {
    Path file = dir.resolve("t.csv");
    byte[] text = new byte[ByteWindow.MOST + (1 << 19)];
    java.util.Arrays.fill(text, (byte) 'x');
    System.arraycopy("a,b\n".getBytes(StandardCharsets.UTF_8), 0, text, 0, 4);
    Files.write(file, text);
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      assertThatThrownBy(() -> Fixture.slices(source)).hasMessageContaining("longer than 16777216");
      SourceFile f = new LocalSource().look(file.toString());
      Slice slice = new Slice.FilePart(f.slice(FileFormat.CSV, 4, f.size()));
      try (ChunkReader reader = source.open(slice, RowFormat.RECORDS)) {
        assertThatThrownBy(() -> reader.read(Cursor.START, Fixture.WHOLE, Fixture.collect(r -> {})))
            .hasMessageContaining("is a quote left open?");
      }
    }
  }

  @Test
  void shouldReadARecordWhenItIsLargerThanEveryBuffer() throws Exception {
    String large = "x\n\"\"".repeat(500_000);
    assertThat(rows("a,b\n1,\"" + large + "\"\n2,y\n", "'format': 'csv'"))
        .containsExactly(row("1", large.replace("\"\"", "\"")), row("2", "y"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "a,,b\n", "a,b,a\n", "\"a\nb"})
  void shouldRefuseAHeaderWhenItNamesNoColumns(String text) throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), text);
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      assertThatThrownBy(source::shape)
          .isInstanceOf(TaskException.class)
          .hasMessageContaining(file.toString());
    }
  }

  @Test
  void shouldNameBothFilesWhenTheirColumnsDiffer() throws Exception {
    Fixture.write(dir.resolve("a.csv"), "id,name\n");
    Fixture.write(dir.resolve("b.csv"), "id,title\n");
    try (Source source = Fixture.source(dir, "'format': 'csv'")) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("column 2 is name")
          .hasMessageContaining("a.csv, but is title")
          .hasMessageContaining("b.csv");
    }
    try (Source source =
        Fixture.source(dir.resolve("a.csv"), "'format': 'csv', 'schema': {'nmae': 'string'}")) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("has no column 'nmae'; there are: id, name");
    }
  }

  @Test
  void shouldCutAtRecordsOnlyWhenQuotesHoldLineEnds() throws Exception {
    Random random = Fixture.random();
    for (int round = 0; round < 40; round++) {
      StringBuilder text = new StringBuilder("a,b,c\n");
      List<List<String>> expected = new ArrayList<>();
      int rows = random.nextInt(60);
      for (int i = 0; i < rows; i++) {
        List<String> row = new ArrayList<>();
        for (int f = 0; f < 3; f++) {
          row.add(value(random));
          text.append(f > 0 ? "," : "").append(field(row.get(f), random));
        }
        expected.add(row);
        text.append(random.nextBoolean() ? "\r\n" : "\n");
        text.append(random.nextInt(9) == 0 ? "\n" : "");
      }
      Path file = Fixture.write(dir.resolve("r" + round + ".csv"), text.toString());
      try (Source source = Fixture.source(file, "'format': 'csv'", 1 + random.nextInt(80))) {
        assertThat(texts(Fixture.read(source, random))).isEqualTo(expected);
        refuseGaps(Fixture.slices(source));
      }
    }
  }

  private static void refuseGaps(List<PlannedSlice> slices) {
    for (int i = 1; i < slices.size(); i++) {
      long before = ((Slice.FilePart) slices.get(i - 1).slice()).part().getTo();
      assertThat(((Slice.FilePart) slices.get(i).slice()).part().getFrom()).isEqualTo(before);
    }
  }

  private static String value(Random random) {
    String alphabet = "ab,\"\n\r é";
    StringBuilder out = new StringBuilder();
    for (int n = random.nextInt(6); n > 0; n--) {
      out.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return random.nextInt(8) == 0 ? null : out.toString();
  }

  private static String field(String value, Random random) {
    if (value == null) {
      return "";
    }
    boolean plain = !value.isEmpty() && value.chars().noneMatch(c -> ",\"\n\r".indexOf(c) >= 0);
    return plain && random.nextBoolean() ? value : '"' + value.replace("\"", "\"\"") + '"';
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldRefuseAFileWhenItHasTooManyColumns(boolean header) throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), "é,".repeat(CsvKind.MOST_COLUMNS + 1) + "x\n");
    try (Source source = Fixture.source(file, "'format': 'csv', 'header': " + header)) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("has 10002 fields; at most 10000 columns are read");
    }
  }

  @Test
  void shouldShowTheBeginningOnlyWhenAHeaderIsVeryLong() throws Exception {
    Path file = Fixture.write(dir.resolve("t.csv"), "x".repeat(50_000) + ",b".repeat(2) + "\n");
    try (Source source = Fixture.source(file, "'format': 'csv', 'schema': {'y': 'int'}")) {
      assertThatThrownBy(source::shape)
          .satisfies(e -> assertThat(e.getMessage().length()).isLessThan(1_000));
    }
  }
}
