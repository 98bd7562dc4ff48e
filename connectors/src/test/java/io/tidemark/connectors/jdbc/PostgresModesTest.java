package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.jdbc.Copies.Path;
import io.tidemark.connectors.sql.SinkSettings;
import io.tidemark.core.retry.TaskException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What each mode does with rows that are there, and with columns the table fills by itself. */
class PostgresModesTest {

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  private ObjectNode to(String mode) {
    return database.config("b").put("mode", mode);
  }

  private void existing() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, v text)",
        "INSERT INTO a VALUES (1, 'one'), (2, NULL), (3, 'three')",
        "CREATE TABLE b (id int PRIMARY KEY, v text, more int DEFAULT 7)",
        "INSERT INTO b VALUES (2, 'old', 5)");
  }

  @ParameterizedTest
  @EnumSource
  void shouldReplaceAndKeepOtherColumnsWhenUpserting(Path path) throws Exception {
    existing();
    Copies.copy(database.config("a"), to("upsert"), path);
    assertThat(database.rows("SELECT * FROM b ORDER BY id"))
        .containsExactly("1|one|7", "2|∅|5", "3|three|7");
  }

  @ParameterizedTest
  @EnumSource
  void shouldLeaveWhatIsThereWhenIgnoring(Path path) throws Exception {
    existing();
    Copies.copy(database.config("a"), to("insert-ignore"), path);
    assertThat(database.rows("SELECT * FROM b ORDER BY id"))
        .containsExactly("1|one|7", "2|old|5", "3|three|7");
  }

  @ParameterizedTest
  @EnumSource
  void shouldNameConstraintAndRemedyWhenInsertMeetsADuplicate(Path path) throws Exception {
    existing();
    assertThatThrownBy(() -> Copies.copy(database.config("a"), to("insert"), path))
        .hasMessageContaining("b_pkey")
        .hasMessageContaining("(id)=(2)")
        .hasMessageContaining("upsert")
        .hasMessageContaining("insert-ignore")
        .isInstanceOfSatisfying(
            TaskException.class, e -> assertThat(e.kind().name()).isIn("POISON", "FATAL"));
    assertThat(database.rows("SELECT id FROM b")).containsExactly("2");
  }

  @Test
  void shouldSettleDuplicatesWithinAChunkByArrival() throws Exception {
    database.run(
        "CREATE TABLE a (n int PRIMARY KEY, k int, v text)",
        "INSERT INTO a SELECT i, i % 3, 'v' || i FROM generate_series(1, 30) i",
        "CREATE TABLE b (n int, k int UNIQUE, v text)");
    ObjectNode upsert = to("upsert");
    upsert.putArray("key").add("k");
    Copies.copy(database.config("a"), upsert, Path.NATIVE);
    assertThat(database.rows("SELECT v FROM b ORDER BY n")).containsExactly("v28", "v29", "v30");
    database.run("TRUNCATE b, tidemark_progress");
    ObjectNode ignore = to("insert-ignore");
    ignore.putArray("key").add("k");
    Copies.copy(database.config("a"), ignore, Path.NATIVE);
    assertThat(database.rows("SELECT v FROM b ORDER BY n")).containsExactly("v1", "v2", "v3");
  }

  @ParameterizedTest
  @EnumSource(SinkSettings.Mode.class)
  void shouldKeepTheSourcesValuesWhenTheTargetHasAnIdentity(SinkSettings.Mode mode)
      throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, v text)",
        "INSERT INTO a VALUES (41, 'x'), (42, 'y')",
        "CREATE TABLE b (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text,"
            + " twice text GENERATED ALWAYS AS (v || v) STORED)");
    Copies.copy(database.config("a"), to(mode.word()), Path.NATIVE);
    assertThat(database.rows("SELECT * FROM b ORDER BY id")).containsExactly("41|x|xx", "42|y|yy");
  }

  @Test
  void shouldRefuseByNameWhenAGeneratedColumnWouldBeWritten() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, g int)",
        "CREATE TABLE b (id int PRIMARY KEY, g int GENERATED ALWAYS AS (id * 2) STORED)");
    assertThatThrownBy(() -> Copies.copy(database.config("a"), to("insert"), Path.RECORDS))
        .hasMessageContaining("'g' is GENERATED ALWAYS");
  }

  @Test
  void shouldRefuseWithTheStatementWhenUpsertHasNoUniqueIndex() throws Exception {
    database.run("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int)");
    assertThatThrownBy(() -> Copies.copy(database.config("a"), to("upsert"), Path.RECORDS))
        .hasMessageContaining("CREATE UNIQUE INDEX ON \"public\".\"b\" (\"id\")");
  }

  @Test
  void shouldCreateTheTableWithItsKeyWhenMissing() throws Exception {
    database.run(
        "CREATE TABLE a (\"The Key\" text, v numeric(4,1), \"q\"\"t\" int NOT NULL,"
            + " PRIMARY KEY (\"The Key\"))",
        "INSERT INTO a VALUES ('k', 1.5, 1)");
    Copies.copy(database.config("a"), database.config("\"B.C\""), Path.NATIVE);
    assertThat(database.rows("SELECT * FROM \"B.C\"")).containsExactly("k|1.5|1");
    assertThatThrownBy(() -> database.run("INSERT INTO \"B.C\" VALUES ('k', 1, 1)"))
        .hasMessageContaining("duplicate key");
  }

  @Test
  void shouldCompleteWithoutSlicesWhenTheTableIsEmpty() throws Exception {
    database.run("CREATE TABLE a (id int PRIMARY KEY)");
    assertThat(Copies.copy(database.config("a"), to("insert"), Path.NATIVE)).isEmpty();
    assertThat(database.rows("SELECT * FROM b")).isEmpty();
  }
}
