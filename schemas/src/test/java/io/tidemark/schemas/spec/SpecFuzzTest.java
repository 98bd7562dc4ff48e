package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.testing.Fuzz;
import io.tidemark.testing.Mutator;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SpecFuzzTest {

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ": ",
          "- ",
          ", ",
          "\n",
          "  ",
          "\t",
          "#",
          "&a ",
          "*a",
          "!",
          "!!int ",
          "!<x> ",
          "?",
          "? ",
          "|\n",
          "|9-\n",
          ">",
          "'",
          "\"",
          "\\",
          "\\u",
          "\\UFFFFFFFF",
          "%YAML 1.9\n",
          "%TAG ! x\n",
          "---\n",
          "...\n",
          "<<: ",
          "~",
          "null",
          "true",
          "1e9",
          "1e999",
          "0x",
          "0o7",
          "-.inf",
          "${",
          "${env:X}",
          "${env:",
          "${file:/a:b}",
          "😀",
          "\u2028",
          "jdbc",
          "file",
          "key: ",
          "password: ",
          "99999999999999999999",
          "PT1S",
          "1h",
          "9999999999GB",
          "//a:b@",
          "?password=x",
          "&a [*a, *a]",
          "&a {a: *a}",
          "- &b [a, b]\n",
          "x: *b\n");

  /** A spec, or errors of which each names the file, the line and what is wrong. */
  @Test
  void shouldReadOrRefuseByPlaceWhenASpecIsDamaged() throws Exception {
    SpecParser parser = new SpecParser();
    Fuzz.run(
        "SpecFuzzTest",
        1_000,
        400,
        new Mutator(corpus(), PIECES),
        input -> {
          String text = new String(input, StandardCharsets.UTF_8);
          try {
            parser.parse(text, "fuzz.yaml");
            return true;
          } catch (SpecException e) {
            long lines = text.lines().count() + 1;
            assertThat(e.errors())
                .isNotEmpty()
                .allSatisfy(x -> assertThat(x.message()).isNotBlank())
                .allSatisfy(x -> assertThat((long) x.line()).isBetween(1L, 2 * lines));
            assertThat(e).hasMessageContaining("fuzz.yaml:");
            return false;
          }
        });
  }

  private static List<byte[]> corpus() throws Exception {
    List<byte[]> all = new ArrayList<>();
    Path examples = Path.of(System.getProperty("tidemark.root")).resolve("examples");
    try (Stream<Path> files = Files.list(examples)) {
      for (Path spec : files.filter(f -> f.toString().endsWith(".yaml")).sorted().toList()) {
        all.add(Files.readAllBytes(spec));
      }
    }
    SpecParserTest.examples().forEach(s -> all.add(s.getBytes(StandardCharsets.UTF_8)));
    return all;
  }
}
