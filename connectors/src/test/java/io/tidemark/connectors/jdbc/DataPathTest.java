package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.Specs;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Which format a spec's two ends settle on, and what they say stands in the way of a better one.
 */
class DataPathTest {

  private record Told(String format, List<String> obstacles, List<String> explain) {}

  @TempDir Path dir;

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    Files.writeString(dir.resolve("pw"), "pw=" + TestDatabase.PASSWORD);
    database.run(
        "CREATE TABLE src (id bigint PRIMARY KEY, n int, doc jsonb)",
        "CREATE TABLE odd (id bigint PRIMARY KEY, of regclass)",
        "CREATE TABLE wide (id bigint PRIMARY KEY, n bigint, doc json)");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Test
  void shouldTellNothingWhenRowsTravelInTheirBinaryForm() throws Exception {
    Told told = told(jdbc("src"), jdbc("dst"), "");

    assertThat(told.format()).startsWith("pgcopy:");
    assertThat(told.obstacles()).isEmpty();
    assertThat(told.explain())
        .anyMatch(
            l ->
                l.startsWith(
                        "read, and cut into chunks as it comes: COPY (SELECT \"id\", \"n\", \"doc\"")
                    && l.contains("ORDER BY"));
  }

  @Test
  void shouldShowAConditionAsItIsWhenThereIsAPercentSign() throws Exception {
    try (Source source =
        new JdbcConnector()
            .source(
                database.config("src").put("where", "doc::text LIKE '%s%' AND id % 2 = 0"), null)) {
      assertThat(source.explain(source.formats().getFirst()))
          .anyMatch(l -> l.startsWith("read, and cut") && l.contains("LIKE '%s%' AND id % 2 = 0"));
    }
  }

  @Test
  void shouldNameEachColumnWhenTheSinkHasOtherTypes() throws Exception {
    Told told = told(jdbc("src"), jdbc("wide"), "");

    assertThat(told.format()).startsWith("pgtext:");
    assertThat(told.obstacles())
        .containsExactly(
            "column 'n' is integer at the source and bigint at the sink",
            "column 'doc' is jsonb at the source and json at the sink");
  }

  @Test
  void shouldNameTheColumnWhenTheSourceHasNoBinaryFormOfIt() throws Exception {
    Told told = told(jdbc("odd"), jdbc("dst"), "");

    assertThat(told.format()).startsWith("pgtext:");
    assertThat(told.obstacles())
        .containsExactly(
            "column 'of' of the source is regclass, whose binary form means nothing in another"
                + " database");
  }

  @Test
  void shouldNameTheSinkAndReadRecordsWhenItWritesFiles() throws Exception {
    Told told = told(jdbc("src"), "{file: {path: \"" + dir + "/out\", format: csv}}", "");

    assertThat(told.format()).isEqualTo("avro");
    assertThat(told.obstacles()).containsExactly("files of format csv are written from records");
    assertThat(told.explain()).anyMatch(l -> l.contains("COPY (") && l.contains("\"doc\"::text"));
  }

  @Test
  void shouldNameTheTransformAndReadRecordsWhenThereIsOne() throws Exception {
    Told told = told(jdbc("src"), jdbc("dst"), "transform: {rename: {n: m}}");

    assertThat(told.format()).isEqualTo("avro");
    assertThat(told.obstacles()).containsExactly("the spec's transform works on records");
    assertThat(told.explain())
        .anyMatch(l -> l.contains("COPY (") && l.contains("\"doc\"::text"))
        .contains("transform: n → m");
  }

  private Told told(String source, String sink, String more) throws TaskException {
    String text =
        """
        apiVersion: tidemark/v1
        name: told
        source: %s
        sink: %s
        %s
        """
            .formatted(source, sink, more);
    try (Route route = Route.open(Specs.parser().parse(text, "told.yaml"))) {
      return new Told(
          route.format().id(), route.obstacles(), route.source().explain(route.format()));
    } catch (io.tidemark.schemas.spec.SpecException e) {
      throw new AssertionError(e);
    }
  }

  private String jdbc(String table) {
    return "{jdbc: {url: \"%s\", user: postgres, password: \"${file:%s:pw}\", table: %s}}"
        .formatted(database.url(), dir.resolve("pw"), table);
  }
}
