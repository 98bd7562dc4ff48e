package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.cut.ListValues;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.ListFilter;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The source contract over lists of values, and what a user reads of wrong ones. */
class PostgresListTest {

  private static final String COUNTRIES = "(ARRAY['DE', 'AT', 'it''s', NULL, 'FR', ''])[1 + i % 6]";

  abstract static class Listed extends PostgresSourceTest.Keyed {
    Listed(String ddl, String values, String partition) {
      super(ddl, values, partition);
    }

    @Override
    protected String way() {
      return "list";
    }
  }

  @Nested
  class ValuesAndTheOthersWithNull extends Listed {
    ValuesAndTheOthersWithNull() {
      super(
          "k text, PRIMARY KEY (n)",
          COUNTRIES,
          "{\"column\": \"k\", \"values\": [\"DE\", [\"it's\", \"\"], \"none has it\"]}");
    }
  }

  @Nested
  class NullAmongTheValues extends Listed {
    NullAmongTheValues() {
      super(
          "k varchar(4), PRIMARY KEY (n)",
          COUNTRIES,
          "{\"column\": \"k\", \"values\": [[\"DE\", null], \"AT and more\"]}");
    }
  }

  @Nested
  class NullAloneAndTheOthers extends Listed {
    NullAloneAndTheOthers() {
      super("k text, PRIMARY KEY (n)", COUNTRIES, "{\"column\": \"k\", \"values\": [null]}");
    }
  }

  @Nested
  class ValuesWithoutTheOthers extends Listed {
    ValuesWithoutTheOthers() {
      super(
          "k int, PRIMARY KEY (n)",
          "nullif(i % 9, 0)",
          "{\"column\": \"k\", \"values\": [1, [2, 7]], \"others\": false}");
    }

    @Override
    protected List<String> expected() throws Exception {
      return database.rows("SELECT n FROM t WHERE k IN (1, 2, 7)");
    }
  }

  @Nested
  class ValuesThatThereAre extends Listed {
    ValuesThatThereAre() {
      super("k text COLLATE \"C\", PRIMARY KEY (n)", COUNTRIES, "{\"column\": \"k\"}");
    }
  }

  // Values of one case each have the rows of both.
  @Nested
  class ValuesThatThereAreWithoutCase extends Listed {
    ValuesThatThereAreWithoutCase() {
      super(
          "k text COLLATE nocase, j uuid PRIMARY KEY",
          "(ARRAY['a', 'A', 'b', 'B', 'c'])[1 + i % 5], md5(i::text)::uuid",
          "{\"column\": \"k\"}");
    }

    @Override
    protected String prologue() {
      return "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2',"
          + " deterministic = false)";
    }
  }

  @Nested
  class KeysWithNull extends Listed {
    KeysWithNull() {
      super(
          "k int, j int UNIQUE",
          "nullif(i % 4, 0), nullif(i, 7)",
          "{\"column\": \"k\", \"values\": [1, null], \"key\": [\"j\"]}");
    }
  }

  @Nested
  class WithinACompoundKeyOfTheColumn extends Listed {
    WithinACompoundKeyOfTheColumn() {
      super(
          "k char(5), j numeric, PRIMARY KEY (k, j)",
          "(ARRAY['x', 'Y', 'y', 'z,\"'])[1 + i % 4], i / 10.0",
          "{\"column\": \"k\"}");
    }
  }

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    database.run(
        "CREATE TABLE t (id int PRIMARY KEY, country text, size int, note text, amount numeric(4,1),"
            + " j json)",
        "INSERT INTO t SELECT i, (ARRAY['DE', 'AT', NULL, 'CH'])[1 + i % 4], i % 3, NULL, 1.5"
            + " FROM generate_series(1, 1000) i",
        "CREATE INDEX by_country ON t (country, id)",
        "CREATE INDEX ON t (size)",
        "ANALYZE t");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Test
  void shouldPlanASliceForEachValueAndOneForNull() throws Exception {
    List<PlannedSlice> slices = slices("{\"column\": \"country\"}");

    assertThat(slices.stream().map(s -> filter(s) + " " + s.rowsEstimated()))
        .containsExactly(
            new ListFilter("country", List.of("AT"), false, false) + " 250",
            new ListFilter("country", List.of("CH"), false, false) + " 250",
            new ListFilter("country", List.of("DE"), false, false) + " 250",
            new ListFilter("country", List.of(), true, false) + " 250");
    assertProved(slices);
  }

  @Test
  void shouldPlanWhatTheDatabaseReadsInTheValues() throws Exception {
    List<PlannedSlice> slices =
        slices("{\"column\": \"amount\", \"values\": [\"01.50\", \"1.54\"]}");

    // 1.54 is none that the column can hold, and not 1.5.
    assertThat(slices.stream().map(s -> filter(s) + " " + s.rowsEstimated()))
        .containsExactly(
            new ListFilter("amount", List.of("1.50"), false, false) + " 1000",
            new ListFilter("amount", List.of("1.54"), false, false) + " 0",
            new ListFilter("amount", List.of("1.50", "1.54"), false, true) + " 0");
    assertProved(slices);
  }

  @Test
  void shouldEndAllSlicesAtTheSameKeyWhenThePlannerWentOnAfterInserts() throws Exception {
    List<PlannedSlice> begun =
        slices("{\"column\": \"country\", \"values\": [\"DE\", \"AT\"]}").subList(0, 1);
    database.run("INSERT INTO t SELECT i, 'DE' FROM generate_series(2000, 2100) i");
    List<PlannedSlice> all = new ArrayList<>(begun);
    try (Source source = source("{\"column\": \"country\", \"values\": [\"DE\", \"AT\"]}")) {
      source.split(Optional.of(begun.get(0).slice()), all::add);
    }

    assertThat(all).hasSize(3);
    assertProved(all);
  }

  @Test
  void shouldReadNoMoreThanAValuesRowsWhenAnIndexLeadsToThem() throws Exception {
    try (Connection connection = database.connect();
        Statement s = connection.createStatement();
        Source source = source("{\"column\": \"country\"}")) {
      PostgresTable table =
          new PostgresCatalog(connection).table(TableName.parse("t")).orElseThrow();
      KeySql key = new KeySql(table.name(), table.columns().subList(0, 1), Optional.empty());
      FilterSql sql = new FilterSql(table.name(), table.columns());
      RowFilter de = new RowFilter.Listed(new ListFilter("country", List.of("DE"), false, false));
      String rows =
          key.from() + key.only(sql.condition(de)).within(null, List.of("900")) + key.order();
      s.execute("SET enable_seqscan = off; SET enable_sort = off");
      List<String> plan =
          Queries.texts(connection, "EXPLAIN SELECT *" + rows, 1).stream()
              .map(l -> l.get(0))
              .toList();

      assertThat(plan.get(0)).contains("Index Scan using by_country");
      assertThat(source.explain(RowFormat.RECORDS)).noneMatch(line -> line.contains("walks all"));
      assertThat(plan).anyMatch(l -> l.contains("Index Cond") && l.contains("'DE'"));
    }
    try (Source source = source("{\"column\": \"size\"}")) {
      assertThat(source.explain(RowFormat.RECORDS))
          .anyMatch(l -> l.contains("walks all of t_pkey; with an index on (\"size\", \"id\")"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'column': 'contry'}; partition.list.column: it has no column 'contry'; did you mean country",
        "{'column': 'note'}; CREATE INDEX CONCURRENTLY ON \"public\".\"t\" (\"note\", \"id\")",
        "{'column': 'size', 'values': [1, 2, 'x']}; partition.list.values: invalid input syntax for type integer",
        "{'column': 'size', 'values': [1, 2, '01']}; '1' and '01' are the same value; give it once",
        "{'column': 'size', 'values': [null, [1, null]]}; null comes twice",
        "{'column': 'size', 'others': true}; partition.list.others: without values",
        "{'column': 'j', 'values': ['{}']}; 'j' is of type json, whose values cannot be told to be equal",
        "{'column': 'size', 'key': ['note']}; no index begins with the key columns (note)",
        "{'column': 'id', 'values': [1], 'others': false, 'key': ['size', 'id']};"
            + " partition.list.key: with others: false, rows whose key (\"size\", \"id\") has a NULL"
      })
  void shouldExplainWhatCannotBeCut(String partition, String message) {
    TaskException e =
        catchThrowableOfType(
            TaskException.class,
            () -> {
              try (Source source = source(partition.replace('\'', '"'))) {
                source.explain(RowFormat.RECORDS);
              }
            });

    assertThat(e.kind()).isEqualTo(FailureKind.FATAL);
    assertThat(e).hasMessageContaining(message);
  }

  @Test
  void shouldRefuseWhenThereAreTooManyValues() throws Exception {
    try (Connection connection = database.connect()) {
      PostgresTable table =
          new PostgresCatalog(connection).table(TableName.parse("t")).orElseThrow();
      KeySql ids = new KeySql(table.name(), table.columns().subList(0, 1), Optional.empty());
      PostgresErrors errors = new PostgresErrors(PostgresErrors.Side.SOURCE, "t", "here");
      PostgresListed listed = new PostgresListed(connection, ids, errors);
      Cut.ByList cut = new Cut.ByList("id", List.of(), false);

      TaskException e =
          catchThrowableOfType(
              TaskException.class, () -> new ListValues(listed, cut, 999).behind(Optional.empty()));

      assertThat(e).hasMessageContaining("'id' has more than 999 values; cut by key or hash");
      assertThat(new ListValues(listed, cut, 1_000).behind(Optional.empty())).hasSize(1_000);
    }
  }

  private static void assertProved(List<PlannedSlice> slices) {
    PlanBuilder plan = new PlanBuilder("b", 4, 0);
    slices.forEach(s -> plan.add(s.slice(), s.rowsEstimated()));
    plan.take();
    plan.end();
    assertThat(plan.partitions()).isEqualTo(slices.size());
  }

  private static Object filter(PlannedSlice slice) {
    return ((Slice.Keys) slice.slice()).range().getFilter();
  }

  private Source source(String partition) throws Exception {
    return new JdbcConnector()
        .source(database.config("t"), new ObjectMapper().readTree("{\"list\": " + partition + "}"));
  }

  private List<PlannedSlice> slices(String partition) throws Exception {
    List<PlannedSlice> slices = new ArrayList<>();
    try (Source source = source(partition)) {
      source.split(Optional.empty(), slices::add);
    }
    return slices;
  }
}
