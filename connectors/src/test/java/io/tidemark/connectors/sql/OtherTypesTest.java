package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.jdbc.Copies;
import io.tidemark.connectors.jdbc.Copies.Path;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Odd values of H2, DuckDB and SQLite come out of a copy as they went in, or are refused. */
class OtherTypesTest {

  private static final String[] H2 = {
    "BOOLEAN | TRUE | FALSE",
    "TINYINT | -128",
    "SMALLINT | -32768",
    "INTEGER | -2147483648",
    "BIGINT | -9223372036854775808",
    "NUMERIC(40,10) | 123456789012345678901234567890.0123456789 | -0.5",
    "DECFLOAT(30) | 1.5E100",
    "REAL | 16777216 | 0.1 | 'NaN' | '-Infinity'",
    "DOUBLE PRECISION | 5e-324 | 0.1 | 'NaN' | 'Infinity'",
    "CHARACTER(5) | 'a'",
    "CHARACTER VARYING(20) | '' | 'a  ' | 'é😀'",
    "VARCHAR_IGNORECASE(9) | 'aB'",
    "CHARACTER LARGE OBJECT | 'x'",
    "BINARY(3) | X'000102'",
    "BINARY VARYING | X'' | X'00ff'",
    "BINARY LARGE OBJECT | X'00ff'",
    "DATE | DATE '0001-01-01' | DATE '-0044-03-15'",
    "TIME(6) | TIME '23:59:59.999999'",
    "TIME(0) | TIME '23:59:59'",
    "TIMESTAMP(6) | TIMESTAMP '1969-12-31 23:59:59.000001' | TIMESTAMP '-0044-03-15 00:00:00'",
    "TIMESTAMP(6) WITH TIME ZONE | TIMESTAMP WITH TIME ZONE '2020-01-01 00:00:00Z'",
    "UUID | '123e4567-e89b-12d3-a456-426655440000'",
    "JSON | JSON '{\"a\": [1, null]}' | JSON '\"x\"'",
    "ENUM('a', 'B') | 'B'",
  };

  private static final String[] DUCKDB = {
    "BOOLEAN | TRUE",
    "TINYINT | -128",
    "USMALLINT | 65535",
    "UINTEGER | 4294967295",
    "BIGINT | -9223372036854775808",
    "UBIGINT | 18446744073709551615",
    "HUGEINT | -170141183460469231731687303715884105728",
    "UHUGEINT | 340282366920938463463374607431768211455",
    "DECIMAL(38,10) | -1234567890123456789012345678.0123456789",
    "FLOAT | 16777216 | 0.1 | 'nan' | '-inf'",
    "DOUBLE | 5e-324 | 0.1 | 'nan' | 'inf'",
    "VARCHAR | '' | 'a  ' | 'é😀'",
    "BLOB | '\\x00\\xFF'::BLOB | ''::BLOB",
    "DATE | DATE 'infinity' | DATE '-infinity' | DATE '9999-12-31'",
    "TIME | TIME '23:59:59.999999'",
    "TIMESTAMP | TIMESTAMP 'infinity' | TIMESTAMP '1969-12-31 23:59:59.000001'",
    "TIMESTAMP_S | TIMESTAMP_S '2020-01-01 00:00:01'",
    "TIMESTAMP_MS | TIMESTAMP_MS '2020-01-01 00:00:01.001'",
    "TIMESTAMP_NS | TIMESTAMP_NS '2020-01-01 00:00:01.000001'",
    "TIMESTAMPTZ | TIMESTAMPTZ '2020-01-01 00:00:00.000001+02:00' | TIMESTAMPTZ '-infinity'",
    "UUID | '123e4567-e89b-12d3-a456-426655440000'",
    "ENUM('a', 'B') | 'B'",
    "INTERVAL | INTERVAL '1 month 2 days 3.000001 seconds'",
    "BIT | '10101'",
  };

  private static final String[] SQLITE = {
    "INTEGER | -9223372036854775808 | 0",
    "REAL | 5e-324 | 0.1 | 9e999",
    "TEXT | '' | 'a  ' | 'é😀'",
    "VARCHAR(3) | 'longer than it says'",
    "BLOB | x'' | x'00ff'",
    "BOOLEAN | 0 | 1",
    "TEXT DECIMAL(20,2) | '123456789012345678.90'",
    "TEXT DATE | '2020-02-29' | 'infinity'",
    "TEXT TIME | '23:59:59.999999'",
    "TEXT TIMESTAMP | '2020-02-29T23:59:59.999999'",
    "TEXT TIMESTAMPTZ | '2020-02-29T23:59:59.999999Z'",
    "DATETIME | '2020-02-29 00:00:00'",
  };

  private static void fill(TestSql database, String[] columns) throws Exception {
    StringBuilder ddl =
        new StringBuilder("CREATE TABLE \"a\" (\"id\" INTEGER NOT NULL PRIMARY KEY");
    List<String> inserts = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < columns.length; i++) {
      String[] parts = columns[i].split(" \\| ", -1);
      ddl.append(", \"c").append(i).append("\" ").append(parts[0]);
      for (int v = 1; v < parts.length; v++) {
        inserts.add(
            "INSERT INTO \"a\" (\"id\", \"c%d\") VALUES (%d, %s)".formatted(i, row++, parts[v]));
      }
    }
    inserts.add(0, ddl + ")");
    inserts.add(ddl.toString().replace("\"a\"", "\"same\"") + ")");
    database.run(inserts.toArray(String[]::new));
  }

  private static void assertCopied(TestSql database, String[] columns, String target)
      throws Exception {
    List<String> wanted = database.rows("SELECT * FROM \"a\" ORDER BY \"id\"");
    Copies.copy(database.config("a"), database.config(target), Path.RECORDS);
    List<String> got = database.rows("SELECT * FROM \"" + target + "\" ORDER BY \"id\"");
    assertThat(got).hasSameSizeAs(wanted);
    for (int i = 0; i < columns.length; i++) {
      int column = i + 1;
      assertThat(got.stream().map(r -> r.split("\\|", -1)[column]))
          .as(columns[i])
          .containsExactlyElementsOf(wanted.stream().map(r -> r.split("\\|", -1)[column]).toList());
    }
  }

  @Test
  void shouldArriveUnchangedInTheSameColumnsOfH2() throws Exception {
    try (TestSql database = TestSql.h2()) {
      fill(database, H2);
      assertCopied(database, H2, "same");
    }
  }

  @Test
  void shouldArriveUnchangedInTheSameColumnsOfSqlite() throws Exception {
    try (TestSql database = TestSql.sqlite()) {
      fill(database, SQLITE);
      assertCopied(database, SQLITE, "same");
      database.run("DELETE FROM tidemark_progress");
      assertCopied(database, SQLITE, "made");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "h2, VARCHAR(9), 'ab', CHAR(3), exactly 3",
    "h2, VARCHAR(9), 'abc ', CHAR(3), exactly 3",
    "h2, VARCHAR(9), '😀a', CHAR(3), exactly 3",
    "h2, VARCHAR(9), 'ab ', CHAR(3), OK",
    "h2, VARBINARY(9), X'0001', BINARY(3), exactly 3",
    "hsqldb, VARCHAR(9), 'ab', CHAR(3), exactly 3",
    "hsqldb, VARCHAR(9), 'abc', CHAR(3), OK",
    "hsqldb, VARBINARY(9), X'0001', BINARY(3), exactly 3",
    "hsqldb, BINARY(3), X'000100', BINARY(3), OK",
  })
  void shouldRefuseTheRowWhenAColumnOfFixedWidthWouldFillIt(
      String product, String from, String value, String to, String message) throws Exception {
    try (TestSql database = product.equals("h2") ? TestSql.h2() : TestSql.hsqldb()) {
      String literal = value.startsWith("X'") ? value : "'" + value + "'";
      database.run(
          "CREATE TABLE \"a\" (\"id\" INTEGER PRIMARY KEY, \"v\" " + from + ")",
          "INSERT INTO \"a\" VALUES (1, " + literal + ")",
          "CREATE TABLE \"b\" (\"id\" INTEGER PRIMARY KEY, \"v\" " + to + ")");
      if (message.equals("OK")) {
        Copies.copy(database.config("a"), database.config("b"), Path.RECORDS);
        assertThat(database.rows("SELECT * FROM \"b\""))
            .isEqualTo(database.rows("SELECT * FROM \"a\""));
      } else {
        assertThatThrownBy(
                () -> Copies.copy(database.config("a"), database.config("b"), Path.RECORDS))
            .isInstanceOfSatisfying(
                TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.POISON))
            .hasMessageContainingAll("column 'v'", message);
        assertThat(database.rows("SELECT * FROM \"b\"")).isEmpty();
      }
    }
  }

  // A file is source or sink of one process: the copy is another one.
  @Test
  void shouldArriveUnchangedInAnotherFileOfDuckDb() throws Exception {
    try (TestSql database = TestSql.duckdb();
        TestSql other = TestSql.duckdb()) {
      fill(database, DUCKDB);
      database.readOnly();
      Copies.copy(database.config("a"), other.config("a"), Path.RECORDS);
      assertThat(other.rows("SELECT * FROM a ORDER BY id"))
          .isEqualTo(database.rows("SELECT * FROM a ORDER BY id"));
      String types = "SELECT data_type FROM duckdb_columns() WHERE table_name = 'a' ORDER BY 1";
      assertThat(other.rows(types)).isEqualTo(database.rows(types));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INTEGER, 'x', long",
    "TEXT, x'00', string",
    "BOOLEAN, 2, boolean",
    "TEXT DATE, '2020-02-30', date",
    "REAL, 'x', double",
  })
  void shouldRefuseTheRowWhenSqliteHoldsSomethingElse(String type, String value, String wanted)
      throws Exception {
    try (TestSql database = TestSql.sqlite()) {
      database.run(
          "CREATE TABLE a (id INTEGER PRIMARY KEY, v " + type + ")",
          "INSERT INTO a VALUES (1, "
              + (value.startsWith("x'") || value.equals("2") ? value : "'" + value + "'")
              + ")");
      assertThatThrownBy(
              () -> Copies.copy(database.config("a"), database.config("b"), Path.RECORDS))
          .isInstanceOfSatisfying(
              TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.POISON))
          .hasMessageContainingAll("column 'v'", "no " + wanted);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"NUMERIC(10,2)", ""})
  void shouldNameTheColumnAtPlanTimeWhenSqliteCannotKeepItExactly(String type) throws Exception {
    try (TestSql database = TestSql.sqlite()) {
      database.run("CREATE TABLE a (id INTEGER PRIMARY KEY, v " + type + ")");
      try (Source source = new JdbcConnector().source(database.config("a"), null)) {
        assertThatThrownBy(source::shape).hasMessageContaining("column 'v' is ");
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {"INTEGER[]", "STRUCT(a INTEGER)", "MAP(INTEGER, VARCHAR)"})
  void shouldNameTheColumnAtPlanTimeWhenDuckDbNests(String type) throws Exception {
    try (TestSql database = TestSql.duckdb()) {
      database.run("CREATE TABLE a (id INTEGER PRIMARY KEY, v " + type + ")");
      try (Source source = new JdbcConnector().source(database.config("a"), null)) {
        assertThatThrownBy(source::shape)
            .hasMessageContaining("column 'v' is " + type + ", which cannot be carried");
      }
    }
  }
}
