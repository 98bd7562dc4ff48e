package io.tidemark.schemas.spec;

import io.tidemark.schemas.Fuzz;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SpecParserFuzzTest {

  private static final List<String> PIECES =
      List.of(
          "{",
          "}",
          "[",
          "]",
          ": ",
          "- ",
          "\n",
          "  ",
          "\t",
          "#",
          "&a ",
          "*a",
          "!",
          "!!int ",
          "?",
          "|\n",
          ">",
          "'",
          "\"",
          "\\",
          "%YAML 1.9\n",
          "---\n",
          "...\n",
          "<<: ",
          "~",
          "null",
          "true",
          "1e9",
          "0x",
          "${",
          "${env:X}",
          "\u0000",
          "\uD800",
          "\uFEFF",
          "😀",
          "jdbc",
          "file",
          "key: ",
          "password: ",
          "99999999999999999999",
          "//a:b@",
          "?password=x");

  /** Any exception but SpecException fails the test. */
  @Test
  void shouldReadOrRefuseWhateverMutationGives() {
    RandomGenerator random = Fuzz.random("SpecParserFuzzTest");
    SpecParser parser = new SpecParser();
    int refused = 0;
    for (int i = 0; i < 3_000; i++) {
      List<String> examples = SpecParserTest.examples();
      StringBuilder text = new StringBuilder(examples.get(i % examples.size()));
      for (int n = random.nextInt(1, 4); n > 0; n--) {
        mutate(text, random);
      }
      try {
        parser.parse(text.toString(), "fuzz.yaml");
      } catch (SpecException e) {
        refused++;
      } catch (RuntimeException e) {
        throw new AssertionError("on this spec:\n" + text, e);
      }
    }
    System.out.printf("SpecParserFuzzTest: %d of 3000 refused%n", refused);
  }

  private static void mutate(StringBuilder text, RandomGenerator random) {
    int from = random.nextInt(text.length());
    int to = Math.min(text.length(), from + random.nextInt(1, 12));
    String piece = PIECES.get(random.nextInt(PIECES.size()));
    switch (random.nextInt(5)) {
      case 0 -> text.delete(from, Math.min(to, text.length() - 1));
      case 1 -> text.insert(from, piece);
      case 2 -> text.replace(from, to, piece);
      case 3 -> text.insert(from, text.substring(from, to));
      default -> text.setCharAt(from, (char) random.nextInt(32, 127));
    }
  }
}
