package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Types in a schema that the search path lacks. A {@code citext} turns into {@code text} by itself,
 * and is compared as that where its own operators are not found.
 */
class SearchPathTest {

  private static final String PATH = "?currentSchema=public,extensions";

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    database.run(
        "CREATE SCHEMA extensions",
        "CREATE EXTENSION citext SCHEMA extensions",
        "CREATE DOMAIN extensions.code AS extensions.citext",
        "CREATE TYPE extensions.mood AS ENUM ('sad', 'ok', 'glad')",
        "CREATE TABLE t (id int PRIMARY KEY, code extensions.code NOT NULL,"
            + " name extensions.citext NOT NULL, mood extensions.mood NOT NULL,"
            + " tags extensions.citext[] NOT NULL)",
        "INSERT INTO t SELECT i, x || i, x, (ARRAY['sad', 'ok', 'glad'])[1 + i % 3]::extensions.mood,"
            + " ARRAY[x, i::text]::extensions.citext[]"
            + " FROM generate_series(1, 100) AS i, LATERAL (SELECT (ARRAY['a', 'B', 'b', 'C'])[1 + i % 4]) AS v(x)",
        "CREATE INDEX ON t (code)",
        "CREATE INDEX ON t (name)",
        "CREATE INDEX ON t (mood, id)",
        "CREATE INDEX ON t (tags)");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'key': {'columns': ['code'], 'rows': 30}}",
        "{'list': {'column': 'name', 'values': ['A', ['b', 'd']]}}",
        "{'list': {'column': 'name'}}",
        "{'list': {'column': 'mood', 'key': ['code']}}",
        "{'hash': {'columns': ['id'], 'buckets': 2, 'key': ['name']}}"
      })
  void shouldRefuseToCompareUntilThePathLeadsToTheOperators(String partition) throws Exception {
    TaskException e =
        catchThrowableOfType(TaskException.class, () -> ids(database.url(), partition));

    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e)
        .hasMessageContaining("whose operators are in the schema 'extensions'")
        .hasMessageContaining("SET search_path = \"$user\", public, \"extensions\"")
        .hasMessageContaining("currentSchema=public,extensions");
    assertThat(ids(database.url() + PATH, partition))
        .containsExactlyInAnyOrderElementsOf(database.rows("SELECT id FROM t"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'key': {'columns': ['mood', 'id'], 'rows': 30}}",
        "{'key': {'columns': ['tags'], 'rows': 30}}",
        "{'list': {'column': 'mood'}}",
        "{'hash': {'columns': ['name'], 'buckets': 3}}",
        "{'physical': {'megabytes': 1}}"
      })
  void shouldCutByWhatOperatorsOfTheCatalogCompare(String partition) throws Exception {
    assertThat(ids(database.url(), partition))
        .containsExactlyInAnyOrderElementsOf(database.rows("SELECT id FROM t"));
  }

  private List<String> ids(String url, String partition) throws Exception {
    List<String> ids = new ArrayList<>();
    try (Source source =
        new JdbcConnector()
            .source(
                database.config("t").put("url", url),
                new ObjectMapper().readTree(partition.replace('\'', '"')))) {
      List<PlannedSlice> slices = new ArrayList<>();
      source.split(Optional.empty(), slices::add);
      for (PlannedSlice planned : slices) {
        ids.addAll(Copies.ids(source, planned.slice()));
      }
    }
    return ids;
  }
}
