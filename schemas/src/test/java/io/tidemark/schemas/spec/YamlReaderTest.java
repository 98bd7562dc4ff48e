package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class YamlReaderTest {

  private final SpecParser parser = new SpecParser();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ''                            | 1:1: the file is empty; start with apiVersion: tidemark/v1
          '# only a comment'            | 1:1: the file is empty; start with apiVersion: tidemark/v1
          'a: b: c'                     | 1:5: not YAML: mapping values are not allowed here
          'a: [1, 2'                    | 1:9: not YAML: while parsing a flow sequence, expected ',' or ']', but got <stream end>
          'a: {p: ${env:X}}'            | 1:9: not YAML: while parsing a flow mapping, expected ',' or '}', but got {; inside {…}, put references in quotes: "${env:NAME}"
          'a: *hunter2'                 | 1:4: an alias (*name) without its anchor (&name) before it; put a value that begins with '*' in quotes
          'a: !hunter2 b'               | 1:4: YAML tags (!name) have no meaning here; remove it, or put a value that begins with '!' in quotes
          'a: !hunter!2 b'              | 1:4: YAML tags (!name) have no meaning here; put a value that begins with '!' in quotes
          '? [a]'                       | 1:1: not YAML: Non scalar key is detected but it is not configured to be allowed.
          """)
  void shouldSayWhereItIsNoYaml(String yaml, String error) {
    assertThat(refused(yaml).errors()).extracting(SpecError::toString).containsExactly(error);
  }

  @Test
  void shouldRefuseAnEscapeWhenItNamesNoCharacter() {
    assertThat(refused("a: b\nc: \"\\UFFFFFFFF\"\n").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("an escape"))
        .satisfies(e -> assertThat(e.line()).isEqualTo(2));
  }

  @Test
  void shouldRefuseSecondDocument() {
    assertThat(refused("a: b\n---\nc: d\n").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("found another document"))
        .satisfies(e -> assertThat(e.line()).isEqualTo(2));
  }

  @Test
  void shouldRefuseKeyThatIsThereTwice() {
    String yaml = SpecParserTest.SMALL.replace("name: orders-copy", "name: a\nname: b");

    assertThat(refused(yaml).errors())
        .extracting(SpecError::toString)
        .containsExactly("3:1: name: key 'name' is there twice; its first is in line 2; keep one");
  }

  @Test
  void shouldUnderstandAliases() throws Exception {
    String yaml =
        SpecParserTest.SMALL
            .replace("url: jdbc:postgresql://a/shop", "url: &db jdbc:postgresql://a/shop")
            .replace("url: jdbc:postgresql://b/shop", "url: *db");

    assertThat(parser.parse(yaml, "s.yaml").sink().config().get("url").asText())
        .isEqualTo("jdbc:postgresql://a/shop");
  }

  @Test
  void shouldRefuseAliasesThatExplodeOrNest() {
    String bomb =
        "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
            + IntStream.range(1, 5)
                .mapToObj(
                    i -> "a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9)))
                .collect(Collectors.joining());

    assertThat(refused(bomb).errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("more than 10000 values"));
    assertThat(refused("a: &a [*a]\n").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("nested more than 20 levels deep"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{a: ", "- ", "? "})
  void shouldRefuseDeepNesting(String open) {
    assertThat(refused(open.repeat(100_000)).errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("nested more than 20 levels deep"));
  }

  @Test
  void shouldRefuseHugeDocuments() {
    assertThat(refused("#".repeat((1 << 20) + 1)).errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("at most 1048576 are read"));
    assertThat(refused("[" + "a,".repeat(20_000) + "]").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.message()).contains("more than 10000 values"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0x10", "0o17", ".inf", "9999999999999999999", "1_000", "+-1"})
  void shouldRefuseNumbersInOtherForms(String number) {
    assertThat(refused(SpecParserTest.SMALL + "chunk: {rows: " + number + "}\n").errors())
        .singleElement()
        .satisfies(e -> assertThat(e.path()).isEqualTo("chunk.rows"));
  }

  @Test
  void shouldIgnoreByteOrderMark() throws Exception {
    assertThat(parser.parse("\uFEFF" + SpecParserTest.SMALL, "s.yaml").name())
        .isEqualTo("orders-copy");
  }

  private SpecException refused(String yaml) {
    SpecException e = catchThrowableOfType(SpecException.class, () -> parser.parse(yaml, "s.yaml"));
    assertThat(e).as("the exception").isNotNull();
    return e;
  }
}
