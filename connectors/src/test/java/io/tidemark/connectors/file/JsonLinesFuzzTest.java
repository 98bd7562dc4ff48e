package io.tidemark.connectors.file;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JsonLinesFuzzTest {

  private static final String TYPES =
      "'schema': {'id': 'long', 's': 'string', 'd': 'decimal(9,2)', 't': 'timestamptz', 'f': 'boolean'}";

  private static final List<byte[]> CORPUS =
      Stream.of(
              "{\"id\": 1, \"s\": \"ü\\n\", \"o\": [1.5, {\"k\": true}]}\r\n".repeat(4),
              """
              \uFEFF{"id": 1, "mix": 1, "o": {"x y": 1}, "l": [[], null]}

              {"id": 2, "mix": "\\uD83D\\uDE00", "o": {"z": null}, "l": [{"q": 1}]}
              """,
              "{\"id\": 7, \"s\": \"x\", \"d\": \"2.50\", \"t\": \"2001-01-31T23:59:59Z\", \"f\": true}\n"
                      .repeat(20)
                  + "{\"id\": null, \"d\": 1.5}\n")
          .map(s -> s.getBytes(StandardCharsets.UTF_8))
          .toList();

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          "{\"a\":",
          "[[",
          ",",
          ":",
          "\"",
          "\\",
          "\\u0000",
          "\\ud800",
          "\\u",
          "\n",
          "\r",
          " ",
          "null",
          "true",
          "NaN",
          "1e999",
          "-",
          "0.1",
          "123456789012345678901",
          "\"id\": 1, ",
          "{\"é\": 1}",
          "/*",
          "#");

  @TempDir Path dir;

  @Test
  void shouldReadOrRefuseByNameWhenAJsonLinesFileIsDamaged() throws Exception {
    FileFuzz.run(
        "JsonLinesFuzzTest",
        2_000,
        400,
        dir.resolve("fuzz.jsonl"),
        CORPUS,
        PIECES,
        List.of("'format': 'jsonl'", "'format': 'jsonl', " + TYPES));
  }
}
