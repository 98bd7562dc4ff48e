package io.tidemark.connectors.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.JsonDecoder;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonLinesSourceTest {

  private static final String INFERRED = "'format': 'jsonl'";

  @TempDir Path dir;

  private List<GenericRecord> read(String text, String settings) throws Exception {
    Path file = Fixture.write(dir.resolve("t.jsonl"), text.replace('\'', '"'));
    try (Source source = Fixture.source(file, settings)) {
      return Fixture.read(source);
    }
  }

  @Test
  void shouldInferTypesWhenNoneAreDeclared() throws Exception {
    Path file =
        Fixture.write(
            dir.resolve("t.jsonl"),
            """
            \uFEFF{"i": 1, "d": 1, "b": true, "s": "x", "n": null, "mix": 1, "o": {"x y": 1}, "l": []}

            {"d": 1.5, "mix": "text", "o": {"z": null}, "l": [{"q": 1}, null]}
            """);
    try (Source source = Fixture.source(file, INFERRED)) {
      assertThat(source.shape().columns().stream().map(SourceShape.Column::name))
          .containsExactly("i", "d", "b", "s", "n", "mix", "o", "l");
      assertThat(source.shape().schema().getFields().stream().map(f -> f.schema().toString()))
          .startsWith(
              "[\"null\",\"long\"]",
              "[\"null\",\"double\"]",
              "[\"null\",\"boolean\"]",
              "[\"null\",\"string\"]",
              "[\"null\",\"string\"]",
              "[\"null\",\"long\",\"string\"]");
      assertThat(Fixture.read(source))
          .extracting(Object::toString)
          .containsExactly(
              "{\"i\": 1, \"d\": 1.0, \"b\": true, \"s\": \"x\", \"n\": null, \"mix\": 1,"
                  + " \"o\": {\"x_y\": 1, \"z\": null}, \"l\": []}",
              "{\"i\": null, \"d\": 1.5, \"b\": null, \"s\": null, \"n\": null, \"mix\": \"text\","
                  + " \"o\": {\"x_y\": null, \"z\": null}, \"l\": [{\"q\": 1}, null]}");
    }
  }

  @Test
  void shouldReadDeclaredTypesWhenThereIsASchema() throws Exception {
    assertThat(
            read(
                "{'at': '2001-01-01T00:00:01Z', 'price': 1.5, 'id': 7}\n{'price': '2.25'}\n{}",
                "'format': 'jsonl', 'schema': {'id': 'int', 'price': 'decimal(5,2)', 'at': 'timestamptz'}"))
        .extracting(r -> r.get(0) + "|" + (r.get(1) != null) + "|" + r.get(2))
        .containsExactly("7|true|978307201000000", "null|true|null", "null|false|null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'id': 1, 'extra': 2}        | 'extra' is unknown; there are: id, s",
        "{'id': 'x'}                  | 'id' holds a text, which is no int",
        "{'id': 2147483648}           | 'id' holds '2147483648', which is no int",
        "{'id': 1.0}                  | 'id' holds '1.0', which is no int",
        "{'s': 5}                     | 's' holds a whole number, which is no string",
        "{'s': {}}                    | 's' holds an object",
        "{'id': 1, 'id': 2}           | Duplicate field 'id'",
        "{'id': 1} {'id': 2}          | more follows the object on its line",
        "[1]                          | is an array and no object",
        "null                         | is null and no object",
        "{'id': 1                     | is no JSON",
        "{'id': 01}                   | is no JSON",
        "nonsense                     | is no JSON",
        "{'s': '\\ud800x'}            | 's' holds half of a surrogate pair (\\ud800)",
        "\uFEFF                        | is no JSON in UTF-8"
      })
  void shouldNameThePlaceWhenARowDoesNotFitTheSchema(String line, String why) {
    assertThatThrownBy(
            () ->
                read(
                    "{'id': 1}\n" + line + "\n",
                    "'format': 'jsonl', 'schema': {'id': 'int', 's': 'string'}"))
        .hasMessageContaining("t.jsonl, record at byte 10 (line 2)")
        .hasMessageContaining(why)
        .extracting(e -> ((TaskException) e).kind())
        .isEqualTo(FailureKind.POISON);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{'id': 1.5}                      | 'id' holds a number with a fraction, and the first 1000",
        "{'id': 99999999999999999999}     | which is no long",
        "{'x': 9007199254740993}          | which no double holds",
        "{'x': 1e999}                     | which no double holds",
        "{'o': {'b': 1}}                  | 'o.b' is unknown; there are: a"
      })
  void shouldNameTheColumnWhenALaterRowDoesNotFitWhatWasInferred(String line, String why) {
    String sample = "{'id': 1, 'x': 1.5, 'o': {'a': 1}}\n".repeat(JsonDecoder.SAMPLE);
    assertThatThrownBy(() -> read(sample + line, INFERRED)).hasMessageContaining(why);
  }

  @Test
  void shouldRefuseToInferWhenThereIsNothingToInferFrom() {
    assertThatThrownBy(() -> read("\n{}\n", INFERRED)).hasMessageContaining("no column to infer");
    assertThatThrownBy(() -> read("{'a': 123456789012345678901}\n", INFERRED))
        .hasMessageContaining("'a' holds 123456789012345678901, out of long's range");
    assertThatThrownBy(() -> read("[]\n", INFERRED)).hasMessageContaining("is no object");
  }

  @Test
  void shouldRefuseALineWhenItIsTooLong() {
    assertThatThrownBy(
            () -> read("{'s': '" + "x".repeat(ByteWindow.MOST + (1 << 18)) + "'}\n", INFERRED))
        .hasMessageContaining("longer than 16777216 bytes");
  }

  @Test
  void shouldRefuseALineWhenItIsNestedTooDeep() {
    String deep = "{'a': ".repeat(100_000);
    assertThatThrownBy(() -> read(deep + "\n", INFERRED)).isInstanceOf(TaskException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"c080", "eda080", "c3"})
  void shouldRefuseALineWhenItIsNoUtf8(String hex) throws Exception {
    Path file = dir.resolve("t.jsonl");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.writeBytes("{\"s\": \"".getBytes(StandardCharsets.UTF_8));
    bytes.writeBytes(HexFormat.of().parseHex(hex));
    bytes.writeBytes("\"}\n".getBytes(StandardCharsets.UTF_8));
    Files.write(file, bytes.toByteArray());
    try (Source source = Fixture.source(file, INFERRED)) {
      assertThatThrownBy(() -> Fixture.read(source))
          .hasMessageContaining("is not UTF-8 text")
          .extracting(e -> ((TaskException) e).kind())
          .isEqualTo(FailureKind.POISON);
    }
  }

  @Test
  void shouldRefuseToInferWhenThereAreTooManyColumns() {
    String line =
        IntStream.rangeClosed(0, CsvKind.MOST_COLUMNS)
            .mapToObj(i -> "'c" + i + "': 1")
            .collect(Collectors.joining(", ", "{", "}\n"));
    assertThatThrownBy(() -> read(line, INFERRED)).hasMessageContaining("more than 10000 columns");
  }
}
