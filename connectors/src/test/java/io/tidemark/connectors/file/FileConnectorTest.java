package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FileConnectorTest {

  @TempDir Path dir;

  private void files(String... names) throws IOException {
    for (String name : names) {
      Path file = dir.resolve(name);
      Files.createDirectories(file.getParent());
      Fixture.write(file, "a\n1\n");
    }
  }

  private List<String> found(String pattern) throws TaskException {
    return new LocalSource()
        .find(dir + "/" + pattern, FileFormat.CSV).stream()
            .map(f -> dir.relativize(Path.of(f.path())).toString())
            .toList();
  }

  @Test
  void shouldBeFoundWhenNamed() throws Exception {
    assertThat(Connector.named("file")).isInstanceOf(FileConnector.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.csv          | a.csv",
        "''             | a.csv;b.CSV;x/a.csv;x/y/c.csv",
        "*.csv          | a.csv",
        "**.csv         | a.csv;x/a.csv;x/y/c.csv",
        "**/*.csv       | a.csv;x/a.csv;x/y/c.csv",
        "x/**/c.csv     | x/y/c.csv",
        "x/*            | x/a.csv;x/d.txt",
        "?.{csv,CSV}    | a.csv;b.CSV",
        "[!a].*         | b.CSV",
        "x/*/[a-c].csv  | x/y/c.csv",
        "odd[1].csv     | odd[1].csv",
        "_old/z.csv     | _old/z.csv"
      })
  void shouldFindFilesInOrderWhenThePathIs(String pattern, String expected) throws Exception {
    files("a.csv", "b.CSV", "x/a.csv", "x/d.txt", "x/y/c.csv", "_old/z.csv", ".h.csv");
    if (pattern.startsWith("odd")) {
      files("odd[1].csv");
    }
    assertThat(found(pattern)).containsExactly(expected.split(";"));
  }

  @Test
  void shouldSayWhatItLookedForWhenNothingMatches() {
    assertThatThrownBy(() -> found("*.nothing"))
        .hasMessageContaining("no csv file matches '" + dir + "/*.nothing' (working directory ")
        .extracting(e -> ((TaskException) e).kind())
        .isEqualTo(FailureKind.FATAL);
    assertThatThrownBy(() -> found("a[.csv")).hasMessageContaining("'[' is not closed");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "'format': 'orc'                                    | there is no format 'orc'; there are: parquet, csv, jsonl",
        "'format': 'parquet', 'header': true                | source.file.header: only csv has it",
        "'format': 'parquet', 'schema': {'a': 'int'}        | parquet files bring their own types",
        "'format': 'csv', 'delimiter': '§'                  | must be one ASCII character",
        "'format': 'csv', 'schema': {'a': 'number'}         | column 'a': there is no type 'number'; there are: string",
        "'format': 'csv', 'schema': {'a': 'decimal(2,3)'}   | no more fraction digits than digits",
        "'x': 1                                             | source.file.format is missing in the spec"
      })
  void shouldRefuseSettingsWhenTheyMakeNoSense(String settings, String why) {
    assertThatThrownBy(() -> Fixture.source(dir, settings)).hasMessageContaining(why);
  }

  @Test
  void shouldRefuseOtherWaysToCutAndToWrite() {
    assertThatThrownBy(
            () ->
                new FileConnector()
                    .source(
                        Fixture.json("{'path': 'x', 'format': 'csv'}"),
                        Fixture.json("{'key': {'rows': 5}}")))
        .hasMessageContaining("files are cut by 'file', not by 'key'");
    assertThatThrownBy(() -> Fixture.sink(dir, "'format': 'orc'"))
        .hasMessageContaining(
            "sink.file.format: there is no format 'orc'; there are: parquet, csv, jsonl, avro");
    assertThatThrownBy(() -> Fixture.sink(dir, "'format': 'parquet', 'compression': 'lzma'"))
        .hasMessageContaining("there are: zstd, snappy, none");
    assertThatThrownBy(() -> Fixture.sink(dir, "'format': 'csv', 'compression': 'zstd'"))
        .hasMessageContaining("csv files are not compressed");
    assertThatThrownBy(() -> Fixture.sink(dir, "'format': 'jsonl', 'compression': 'zstd'"))
        .hasMessageContaining("jsonl files are not compressed");
    assertThatThrownBy(() -> Fixture.source(dir, "'format': 'avro', 'schema': {'a': 'int'}"))
        .hasMessageContaining("source.file.schema: avro files bring their own types");
  }

  @Test
  void shouldHeedNullsAndCompressionWhenTheyStandInASpec() throws Exception {
    Fixture.write(dir.resolve("in.csv"), "a,b\nNA,x\n\"NA\",\n");
    String yaml =
        """
        apiVersion: tidemark/v1
        name: n
        source: {file: {path: "%1$s/in.csv", format: csv, nulls: NA}}
        sink: {file: {path: "%1$s/out", format: parquet, compression: snappy}}
        """
            .formatted(dir);
    try (Route route = Route.open(Specs.parser().parse(yaml, "n.yaml"))) {
      List<GenericRecord> rows = Fixture.read(route.source());
      SourceShape shape = route.source().shape();
      route.sink().prepare(shape);
      try (SinkWriter writer = Fixture.open(route.sink(), shape, 0, 1)) {
        Path file = dir.resolve("out").resolve(Fixture.chunk(writer, rows).getFirst().getPath());
        assertThat(rows)
            .extracting(Object::toString)
            .containsExactly("{\"a\": null, \"b\": \"x\"}", "{\"a\": \"NA\", \"b\": \"\"}");
        try (ParquetFile written =
            ParquetFile.open(
                new LocalSource().find(file.toString(), FileFormat.PARQUET).getFirst())) {
          assertThat(written.rowGroups().getFirst().getColumns())
              .extracting(ColumnChunkMetaData::getCodec)
              .containsOnly(CompressionCodecName.SNAPPY);
        }
      }
    }
  }

  @Test
  void shouldRefuseASliceWhenItsFileHasChanged() throws Exception {
    files("a.csv");
    Path file = dir.resolve("a.csv");
    try (Source source = Fixture.source(file, "'format': 'csv'")) {
      Slice slice = Fixture.slices(source).getFirst().slice();
      ChunkReader reader = source.open(slice, RowFormat.RECORDS);

      Files.setLastModifiedTime(file, FileTime.fromMillis(1_000));
      assertThatThrownBy(() -> reader.read(Cursor.START, Fixture.WHOLE, Fixture.collect(r -> {})))
          .hasMessageContaining(file + " has changed since it was planned");
      reader.close();
      assertThatThrownBy(() -> source.open(slice, RowFormat.RECORDS))
          .hasMessageContaining("plan again under a new name")
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.FATAL);
      assertThatThrownBy(() -> source.split(Optional.of(slice), s -> {}))
          .hasMessageContaining("has changed");

      Files.delete(file);
      assertThatThrownBy(() -> source.open(slice, RowFormat.RECORDS))
          .hasMessageContaining("is not there (working directory");
    }
  }

  @Test
  void shouldStopReadingWhenCancelled() throws Exception {
    files("a.csv");
    try (Source source = Fixture.source(dir, "'format': 'csv'");
        ChunkReader reader =
            source.open(Fixture.slices(source).getFirst().slice(), RowFormat.RECORDS)) {
      reader.cancel();
      assertThatThrownBy(() -> reader.read(Cursor.START, Fixture.WHOLE, Fixture.collect(r -> {})))
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.TRANSIENT);
    }
  }

  @Test
  void shouldRefuseATargetWhenItIsAFileOrCannotBeWritten() throws Exception {
    files("a.csv");
    var shape = Fixture.source(dir, "'format': 'csv'").shape();
    try (Sink sink = Fixture.sink(dir.resolve("a.csv"), "'format': 'csv'")) {
      assertThatThrownBy(() -> sink.check(shape)).hasMessageContaining("is a file; name a folder");
    }
    try (Sink sink = Fixture.sink(dir.resolve("a.csv/sub"), "'format': 'csv'")) {
      assertThatThrownBy(() -> sink.prepare(shape))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("cannot write");
    }
  }

  @Test
  void shouldWaitForRoomWhenTheDiskIsFull() {
    TaskException e = FileErrors.writing(dir, new IOException("No space left on device"));
    assertThat(e.kind()).isEqualTo(FailureKind.OVERLOAD);
    assertThat(e).hasMessageContaining("no space is left there; make room");
  }
}
