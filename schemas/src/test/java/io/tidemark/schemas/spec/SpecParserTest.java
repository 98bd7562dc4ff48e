package io.tidemark.schemas.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpecParserTest {

  static final String SMALL =
      """
      apiVersion: tidemark/v1
      name: orders-copy
      source:
        jdbc:
          url: jdbc:postgresql://a/shop
          user: reader
          password: ${env:SRC_PASSWORD}
          table: public.orders
      sink:
        jdbc:
          url: jdbc:postgresql://b/shop
          user: writer
          password: ${env:DST_PASSWORD}
          table: public.orders
      """;

  static final String FULL =
      """
      apiVersion: tidemark/v1
      name: orders-copy
      domain: eu
      source:
        jdbc: {url: "jdbc:postgresql://a/shop", user: reader, password: "${file:/run/s.properties:pw}",
               table: orders, columns: [id, note], where: "id > 0"}
      partition: {key: {columns: [id], count: 12, tail: true}}
      transform: {rename: {note: remark}, cast: {note: string, id: "decimal(20, 0)"}}
      sink:
        jdbc: {url: "jdbc:postgresql://b/shop", user: writer, password: "${dir:/run/secrets:pw}",
               table: orders, mode: upsert, create: never, key: [id]}
      chunk: {target: 500ms, rows: 1000, bytes: 4MB}
      retry: {attempts: 3, initial: 1s, max: 2m, outage: 1h}
      """;

  private final SpecParser parser = new SpecParser();

  @Test
  void shouldFillInEveryDefault() throws Exception {
    Spec spec = parser.parse(SMALL, "s.yaml");

    assertThat(spec.name()).isEqualTo("orders-copy");
    assertThat(spec.domain()).isEqualTo("default");
    assertThat(spec.source().kind()).isEqualTo("jdbc");
    assertThat(spec.source().config().get("password").asText()).isEqualTo("${env:SRC_PASSWORD}");
    assertThat(spec.partition().asObject())
        .isEqualTo(json("{\"key\": {\"tail\": false, \"rows\": 200000}}"));
    assertThat(spec.sink().config().get("mode").asText()).isEqualTo("insert");
    assertThat(spec.sink().config().get("create").asText()).isEqualTo("if-missing");
    assertThat(spec.chunk()).isEqualTo(new ChunkSettings(Duration.ofSeconds(1), 250_000, 64 << 20));
    assertThat(spec.retry())
        .isEqualTo(
            new RetrySettings(
                8, Duration.ofMillis(200), Duration.ofSeconds(30), Duration.ofHours(12)));
    assertThat(spec.transform().isNone()).isTrue();
    assertThat(spec.text()).isEqualTo(SMALL);
  }

  @Test
  void shouldNameTheTypesWhenACastIsToNone() {
    SpecException e =
        catchThrowableOfType(
            SpecException.class,
            () -> parser.parse(SMALL + "transform: {cast: {id: number}}\n", "s.yaml"));

    assertThat(e).hasMessageContainingAll("transform.cast.id", "decimal(p,s)", "'number'");
  }

  @Test
  void shouldReadEveryKey() throws Exception {
    Spec spec = parser.parse(FULL, "s.yaml");

    assertThat(spec.domain()).isEqualTo("eu");
    assertThat(spec.source().config().get("columns")).isEqualTo(json("[\"id\", \"note\"]"));
    assertThat(spec.partition().asObject())
        .isEqualTo(json("{\"key\": {\"columns\": [\"id\"], \"count\": 12, \"tail\": true}}"));
    assertThat(spec.transform())
        .isEqualTo(
            new TransformSettings(
                Map.of("note", "remark"), Map.of("note", "string", "id", "decimal(20, 0)")));
    assertThat(spec.sink().config().get("mode").asText()).isEqualTo("upsert");
    assertThat(spec.chunk()).isEqualTo(new ChunkSettings(Duration.ofMillis(500), 1_000, 4 << 20));
    assertThat(spec.retry())
        .isEqualTo(
            new RetrySettings(
                3, Duration.ofSeconds(1), Duration.ofMinutes(2), Duration.ofHours(1)));
  }

  @Test
  void shouldCutFilesBySizeAndReadCsvWithHeaderByDefault() throws Exception {
    Spec spec = parser.parse(files("csv", ""), "s.yaml");

    assertThat(spec.partition().asObject()).isEqualTo(json("{\"file\": {\"megabytes\": 64}}"));
    assertThat(spec.source().config())
        .isEqualTo(
            json(
                "{\"path\": \"data/*\", \"format\": \"csv\", \"header\": true,"
                    + " \"delimiter\": \",\"}"));
  }

  private static String files(String format, String more) {
    return """
    apiVersion: tidemark/v1
    name: n
    source: {file: {path: "data/*", format: %s%s}}
    sink: {file: {path: out/, format: parquet}}
    """
        .formatted(format, more);
  }

  @Test
  void shouldKeepBackfillIdWhenOnlyFormChanges() throws Exception {
    String reordered =
        """
        # A comment.
        name: "orders-copy"
        apiVersion: 'tidemark/v1'
        sink: {jdbc: {table: public.orders, url: "jdbc:postgresql://b/shop", user: writer,
                      password: "${env:DST_PASSWORD}"}}
        source: {jdbc: {url: "jdbc:postgresql://a/shop", password: "${env:SRC_PASSWORD}",
                        user: reader, table: public.orders}}
        """;
    Spec spec = parser.parse(SMALL, "s.yaml");

    assertThat(parser.parse(reordered, "s.yaml").fingerprint()).isEqualTo(spec.fingerprint());
    assertThat(parser.parse(SMALL.replace("orders\n", "order\n"), "s.yaml").fingerprint())
        .isNotEqualTo(spec.fingerprint());
    assertThat(spec.fingerprint()).matches("[0-9a-f]{64}");
    assertThat(spec.backfillId()).isEqualTo("orders-copy-" + spec.fingerprint().substring(0, 8));
  }

  /** It names what runs already: the ids of shipped releases must not change. */
  @Test
  void shouldGiveTheSameIdInEveryRelease() throws Exception {
    assertThat(parser.parse(SMALL, "s.yaml").backfillId()).isEqualTo("orders-copy-4d15b298");
  }

  @Test
  void shouldReportEverythingAtOnceInTheOrderOfLines() {
    String yaml =
        """
        apiVersion: tidemark/v2
        name: Orders
        source:
          jdbc:
            url: jdbc:postgresql://a/shop
            user: reader
            password: hunter2
            tabel: public.orders
        sink:
          jdbc:
            url: jdbc:postgresql://b/shop
            user: 7
            password: ${env:DST_PASSWORD}
            table: orders
            mode: upsrt
        chunk:
          target: 5
          bytes: 64mb
        retry: {attempts: many, initial: 1m, max: 1s}
        chunks: {}
        """;

    SpecException e = refused(yaml);

    assertThat(e)
        .hasMessage(
            """
            12 errors in s.yaml
              s.yaml:1:13: apiVersion: must be tidemark/v1, not 'tidemark/v2'
              s.yaml:2:7: name: must be lower-case letters, digits and '-', beginning and ending \
            with a letter or digit, at most 63 characters, not 'Orders'
              s.yaml:4:3: source.jdbc: key 'table' is missing; add it: Table, such as \
            public.orders; a view of PostgreSQL is refused.
              s.yaml:7:15: source.jdbc.password: password must be a reference such as \
            ${env:SRC_PASSWORD}; a literal would be written to the plans topic; set the environment \
            variable and name it here
              s.yaml:8:5: source.jdbc: unknown key 'tabel'; did you mean 'table'?
              s.yaml:12:11: sink.jdbc.user: must be a text that is not empty, not the number 7; \
            put it in quotes
              s.yaml:15:11: sink.jdbc.mode: must be one of insert, upsert, insert-ignore, not \
            'upsrt'; did you mean 'upsert'?
              s.yaml:17:11: chunk.target: must be a positive duration with its unit (ms, s, m or \
            h), such as 500ms or 2m, not the number 5; a bare number has no unit: did you mean 5s?
              s.yaml:18:10: chunk.bytes: must be a positive size with its unit (B, KB, MB or GB, \
            powers of 1024), such as 64MB, not '64mb'
              s.yaml:19:19: retry.attempts: must be a whole number from 1 to 1000000000, not 'many'
              s.yaml:19:43: retry.max: the first wait is longer than the longest: initial is 60000 \
            ms, max is 1000 ms; raise max or lower initial
              s.yaml:20:1: unknown key 'chunks'; did you mean 'chunk'?""");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          source: {}                    | 3:1: source: names no kind; keep exactly one of: jdbc, file, s3, kafka
          source: {jdcb: {}}            | 3:10: source: unknown kind 'jdcb'; did you mean 'jdbc'?
          source: [jdbc]                | 3:9: source: must be an object with one key that names the kind, such as {jdbc: {...}}, not this list
          source: jdbc                  | 3:9: source: must be an object with one key that names the kind, such as {jdbc: {...}}, not 'jdbc'
          source:                       | 3:8: source: must be an object with one key that names the kind, such as {jdbc: {...}}, not nothing; give it a value or remove the key
          """)
  void shouldExplainOneKeyObjects(String source, String error) {
    String yaml =
        "apiVersion: tidemark/v1\nname: n\n"
            + source
            + "\nsink: {file: {path: out/, format: csv}}\n";

    assertThat(refused(yaml).errors()).extracting(SpecError::toString).containsExactly(error);
  }

  @Test
  void shouldExplainTwoKinds() {
    String yaml = files("csv", "").replace("source: {", "source: {jdbc: {}, ");

    assertThat(refused(yaml).errors())
        .extracting(SpecError::toString)
        .contains(
            "3:1: source: names 2 kinds: jdbc, file; keep exactly one of: jdbc, file, s3, kafka");
  }

  @Test
  void shouldRefuseCsvSettingsOfOtherFormats() {
    assertThat(refused(files("parquet", ", header: true, schema: {id: long}")).errors())
        .extracting(SpecError::path)
        .containsExactly("source.file.header", "source.file.schema");
    assertThat(refused(files("jsonl", ", delimiter: ';;'")).errors())
        .extracting(SpecError::message)
        .containsExactlyInAnyOrder(
            "means nothing for format jsonl",
            "must be one character, such as ';' or \"\\t\", not ';;'");
  }

  @Test
  void shouldTakeNullsOfCsvSourcesAndCompressionOfParquetSinksOnly() throws Exception {
    String spec = files("csv", ", nulls: ''").replace("parquet}", "parquet, compression: snappy}");
    Spec parsed = parser.parse(spec, "s.yaml");

    assertThat(parsed.source().config().get("nulls").asText()).isEmpty();
    assertThat(parsed.sink().config().get("compression").asText()).isEqualTo("snappy");
    assertThat(
            refused(
                    files("jsonl", ", nulls: NA")
                        .replace("format: parquet}", "format: csv, compression: none}"))
                .errors())
        .extracting(SpecError::toString)
        .containsExactly(
            "3:48: source.file.nulls: means nothing for format jsonl; remove it; it is for csv",
            "4:40: sink.file.compression: means nothing for format csv; remove it; it is for"
                + " parquet and avro");
    assertThat(refused(spec.replace("snappy", "lzma")).errors())
        .extracting(SpecError::path)
        .containsExactly("sink.file.compression");
  }

  @ParameterizedTest
  @CsvSource({"1,1s", "0s,1s", "1 s,1s", "-1s,1s", "1.5s,2s", "1d,24h", "9999999999s,1h"})
  void shouldRefuseDurationsInAnyOtherForm(String wrong, String right) throws Exception {
    String yaml = SMALL + "chunk: {target: X}\n";

    assertThat(refused(yaml.replace("X", wrong)).errors())
        .singleElement()
        .satisfies(
            e ->
                assertThat(e.message())
                    .startsWith("must be a positive duration with its unit (ms, s, m or h)"));
    assertThat(parser.parse(yaml.replace("X", right), "s.yaml").chunk().target()).isPositive();
  }

  @Test
  void shouldReadSizesAsPowersOf1024() throws Exception {
    for (var size :
        Map.of("10B", 10L, "2KB", 2048L, "3MB", 3L << 20, "999999999GB", 999999999L << 30)
            .entrySet()) {
      Spec spec = parser.parse(SMALL + "chunk: {bytes: " + size.getKey() + "}\n", "s.yaml");

      assertThat(spec.chunk().bytes()).isEqualTo(size.getValue());
    }
  }

  @Test
  void shouldTakeFurtherConnectorsWhenConstructedSo() throws Exception {
    String yaml =
        """
        apiVersion: tidemark/v1
        name: n
        source: {generated: {rows: 100}}
        sink: {void: {anything: [1, {x: y}]}}
        """;
    JsonNode schema =
        json(
            """
            {"title": "an object with rows", "type": "object", "additionalProperties": false,
             "properties": {"rows": {"type": "integer"}, "seed": {"default": 7}}}
            """);
    SpecParser strict = new SpecParser(Map.of("generated", schema, "void", json("{}")));

    Spec spec = strict.parse(yaml, "s.yaml");

    assertThat(spec.source().config()).isEqualTo(json("{\"rows\": 100, \"seed\": 7}"));
    assertThat(spec.sink().config()).isEqualTo(json("{\"anything\": [1, {\"x\": \"y\"}]}"));
    assertThat(SpecParser.permitting("generated", "void").parse(yaml, "s.yaml").source().config())
        .isEqualTo(json("{\"rows\": 100}"));
    assertThatThrownBy(() -> strict.parse(yaml.replace("rows", "rosw"), "s.yaml"))
        .hasMessageContaining("unknown key 'rosw'; did you mean 'rows'?");
    assertThatThrownBy(() -> parser.parse(yaml, "s.yaml"))
        .hasMessageContaining("unknown kind 'generated'; there are: jdbc, file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a", "a-b", "0", "a2345678901234567890123456789012345678901234567890123456789012"})
  void shouldTakeLabels(String name) throws Exception {
    assertThat(parser.parse(SMALL.replace("orders-copy", "\"" + name + "\""), "f").name())
        .isEqualTo(name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-a",
        "a-",
        "A",
        "a_b",
        "a.b",
        "ä",
        "a\\n",
        "",
        "a234567890123456789012345678901234567890123456789012345678901234"
      })
  void shouldRefuseOtherLabels(String name) {
    assertThat(refused(SMALL.replace("orders-copy", "\"" + name + "\"")).errors())
        .extracting(SpecError::path)
        .containsExactly("name");
  }

  static SpecException refused(String yaml) {
    SpecParser parser = new SpecParser();
    SpecException e = catchThrowableOfType(SpecException.class, () -> parser.parse(yaml, "s.yaml"));
    assertThat(e).as("the exception").isNotNull();
    return e;
  }

  static JsonNode json(String text) throws Exception {
    return new ObjectMapper().readTree(text);
  }

  static List<String> examples() {
    return List.of(
        SMALL, FULL, files("csv", ", header: false, delimiter: \"\\t\", schema: {a: long}"));
  }
}
