package io.tidemark.connectors.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.CollectedRows;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.jdbc.Copies;
import io.tidemark.connectors.jdbc.Copies.Path;
import io.tidemark.connectors.jdbc.JdbcConnector;
import io.tidemark.core.chunking.ChunkSize;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every type's odd values come out of a copy as they went in, or are refused by name. */
class MariaDbTypesTest {

  /** A column a line: its type, and its values as SQL, with bars between. */
  private static final String[] COLUMNS = {
    "tinyint(1) | 0 | 1 | -128 | 127",
    "tinyint unsigned | 255",
    "smallint | -32768",
    "smallint unsigned | 65535",
    "mediumint | -8388608",
    "mediumint unsigned | 16777215",
    "int | -2147483648",
    "int unsigned | 4294967295",
    "int(5) zerofill | 42",
    "bigint | -9223372036854775808 | 9223372036854775807",
    "bigint unsigned | 18446744073709551615 | 9223372036854775808 | 0",
    "decimal(65,30) | 12345678901234567890123456789012345.123456789012345678901234567891 | -0.5",
    "decimal(10,0) | -9999999999",
    "float | 16777217 | 0.1 | 3.40282e38 | -1.17549e-38",
    "double | 0.1 | 1.7976931348623157e308 | 5e-324 | -0e0",
    "bit(1) | b'0' | b'1'",
    "bit(9) | b'100000001' | b'0'",
    "bit(64) | b'1111111111111111111111111111111111111111111111111111111111111111'",
    "char(5) | 'a' | '' | 'äöü😀'",
    "varchar(20) | 'a  ' | '' | 'tab\\tnl\\n\\\\' | '😀' | 'A'",
    "varchar(20) character set latin1 | 'é'",
    "text | '' | 'NULL'",
    "longtext | repeat('x', 70000)",
    "binary(4) | x'01' | x'00ff00ff'",
    "varbinary(10) | x'' | x'00ff'",
    "blob | x'' | x'0001027c'",
    "longblob | repeat(x'ff', 70000)",
    "date | '0001-01-01' | '9999-12-31'",
    "time | '00:00:00' | '838:59:59' | '-838:59:59' | '23:59:59'",
    "time(6) | '-00:00:00.000001' | '123:00:00.500000'",
    "datetime | '1000-01-01 00:00:00' | '9999-12-31 23:59:59'",
    "datetime(6) | '2020-02-29 23:59:59.999999' | '1969-12-31 23:59:59.000001'",
    "timestamp(6) | '1970-01-01 00:00:01' | '2038-01-19 03:14:07.999999'",
    "year | 1901 | 2155 | 0",
    "enum('a','B','ü,\\'') | 'a' | 'ü,\\''",
    "set('x','y') | '' | 'x,y'",
    "json | '{\"b\": 1, \"a\":[null,\"\\\\u00e9\"]}' | 'null'",
    "uuid | '123e4567-e89b-12d3-a456-426655440000'",
    "inet4 | '10.0.0.1'",
    "inet6 | '::1' | '::ffff:1.2.3.4'",
  };

  private TestSql database;

  @BeforeEach
  void create() throws Exception {
    database = TestSql.mariadb();
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @Test
  void shouldArriveUnchangedWhenCopied() throws Exception {
    fill("a");
    Copies.copy(database.config("a"), database.config("b"), Path.RECORDS);
    assertSame("a", "b");
    assertThat(types("b")).isEqualTo(types("a"));
  }

  @Test
  void shouldArriveUnchangedWhenUpserted() throws Exception {
    fill("a");
    Copies.copy(database.config("a"), database.config("b"), Path.RECORDS);
    ObjectNode again = database.config("b").put("mode", "upsert");
    database.run("DELETE FROM tidemark_progress", "UPDATE b SET c9 = 1, c3 = 5");
    Copies.copy(database.config("a"), again, Path.RECORDS);
    assertSame("a", "b");
    database.run("DELETE FROM tidemark_progress", "UPDATE b SET c9 = 1, c3 = 5");
    Copies.copy(
        database.config("a"), database.config("b").put("mode", "insert-ignore"), Path.RECORDS);
    assertThat(database.rows("SELECT count(*) FROM b WHERE c9 <=> 1 AND c3 <=> 5"))
        .isEqualTo(database.rows("SELECT count(*) FROM a"));
  }

  private void assertSame(String a, String b) throws Exception {
    assertThat(database.rows("SELECT count(*) FROM " + b))
        .isEqualTo(database.rows("SELECT count(*) FROM " + a));
    for (int i = 0; i < COLUMNS.length; i++) {
      assertThat(
              database.rows(
                  "SELECT a.id, hex(a.c%1$d), hex(b.c%1$d) FROM %2$s a JOIN %3$s b ON a.id = b.id WHERE NOT hex(a.c%1$d) <=> hex(b.c%1$d) OR NOT a.c%1$d <=> b.c%1$d"
                      .formatted(i, a, b)))
          .as(COLUMNS[i])
          .isEmpty();
    }
  }

  private void fill(String table) throws Exception {
    StringBuilder ddl = new StringBuilder("CREATE TABLE " + table + " (id int PRIMARY KEY");
    List<String> inserts = new ArrayList<>();
    int row = 0;
    for (int i = 0; i < COLUMNS.length; i++) {
      String[] parts = COLUMNS[i].split(" \\| ", -1);
      ddl.append(", c").append(i).append(' ').append(parts[0]).append(" NULL");
      for (int v = 1; v < parts.length; v++) {
        inserts.add(
            "INSERT INTO %s (id, c%d) VALUES (%d, %s)".formatted(table, i, row++, parts[v]));
      }
    }
    database.run(ddl + ") DEFAULT CHARSET utf8mb4");
    inserts.add(0, "SET sql_mode = 'STRICT_ALL_TABLES', time_zone = '+00:00'");
    database.run(inserts.toArray(String[]::new));
  }

  private List<String> types(String table) throws Exception {
    return database.rows(
        "SELECT column_name, column_type, collation_name, is_nullable FROM"
            + " information_schema.columns WHERE table_schema = database() AND table_name = '"
            + table
            + "' ORDER BY ordinal_position");
  }

  @ParameterizedTest
  @CsvSource({
    "date, 0000-00-00",
    "date, 2020-00-00",
    "date, 2020-02-31",
    "datetime, 0000-00-00 00:00:00",
    "timestamp, 0000-00-00 00:00:00"
  })
  void shouldRefuseTheRowWhenItsDateIsInNoCalendar(String type, String value) throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, d " + type + " NOT NULL)",
        "SET sql_mode = 'ALLOW_INVALID_DATES'",
        "INSERT INTO a VALUES (1, '2020-01-01'), (2, '%s'), (3, '2020-01-03')".formatted(value));
    List<String> refused = new ArrayList<>();
    List<GenericRecord> raw = new ArrayList<>();
    CollectedRows rows =
        new CollectedRows(r -> r.get("id").toString()) {
          @Override
          public void refused(GenericRecord row, TaskException why) {
            assertThat(why.kind()).isEqualTo(FailureKind.POISON);
            refused.add(why.getMessage());
            raw.add(row);
          }
        };
    try (Source source = new JdbcConnector().source(database.config("a"), null)) {
      List<Slice> slices = new ArrayList<>();
      source.split(Optional.empty(), s -> slices.add(s.slice()));
      try (ChunkReader reader = source.open(slices.getFirst(), RowFormat.RECORDS)) {
        reader.read(Cursor.START, new ChunkSize(100, 1 << 20), rows);
      }
    }
    assertThat(rows.identities()).containsExactly("1", "3");
    assertThat(refused)
        .singleElement()
        .asString()
        .contains("column 'd'", value, "source.jdbc.where");
    assertThat(raw.getFirst().get("d").toString()).startsWith(value);
  }

  @Test
  void shouldNameTheColumnAtPlanTimeWhenItCannotBeCarried() throws Exception {
    database.run("CREATE TABLE a (id int PRIMARY KEY, where_it_is point)");
    try (Source source = new JdbcConnector().source(database.config("a"), null)) {
      assertThatThrownBy(source::shape)
          .hasMessageContaining("column 'where_it_is' is point")
          .hasMessageContaining("source.jdbc.columns");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "id int PRIMARY KEY, v varchar(20) | ENGINE=MyISAM | insert | engine MyISAM has no transactions",
        "id int PRIMARY KEY, v varchar(20) AS ('x') | | insert | column 'v' is generated",
        "id int PRIMARY KEY, v varchar(20), w int NOT NULL | | insert | 'w' is NOT NULL without a default",
        "id int PRIMARY KEY, v varchar(20), UNIQUE (v) | | upsert | could change a row of another key",
        "id int PRIMARY KEY, v text, UNIQUE (v) | | upsert | could change a row of another key",
        "id int PRIMARY KEY, v text, UNIQUE (v) | | insert-ignore | could change a row of another key",
        "id int PRIMARY KEY, v text, FULLTEXT (v), KEY (v(9)) | | upsert | OK",
        "id int PRIMARY KEY, v date | | insert | OK",
        "id int PRIMARY KEY, v point | | insert | column 'v' of the table is point",
        "id date PRIMARY KEY, v varchar(20) | | insert | column 'id' is int, which is never a date",
        "id int, v varchar(20) | | upsert | wants a primary key or a unique index on exactly (id)",
        "id int PRIMARY KEY | | insert | it has no column 'v'",
        "id float(7,2) PRIMARY KEY, v varchar(20) | | insert | rounds what it holds (float(7,2))"
      })
  void shouldSayWhyWhenTheTargetDoesNotFit(
      String columns, String engine, String mode, String message) throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, v varchar(20))",
        "CREATE TABLE b (" + columns + ") " + (engine == null ? "" : engine));
    try (Source source = new JdbcConnector().source(database.config("a"), null);
        var sink = new JdbcConnector().sink(database.config("b").put("mode", mode)).orElseThrow()) {
      if (message.equals("OK")) {
        sink.check(source.shape());
      } else {
        assertThatThrownBy(() -> sink.check(source.shape())).hasMessageContaining(message);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "varchar(20), '1e', int, column 'v'",
    "varchar(20), '12:3', time, which is no time",
    "datetime(6), '2020-01-01 00:00:00.5', datetime, finer than the column keeps",
    "'decimal(10,3)', 1.234, 'decimal(10,2)', nothing is rounded",
    "varchar(20), 'a ', char(20), ends with a blank",
    "varbinary(9), 'ab', binary(9), exactly 9",
    "int, 70, year, no year from 1901",
    "int, 300, tinyint, Out of range",
    "varchar(20), 'abcdef', varchar(3), Data too long",
    "varchar(20), '😀', 'varchar(3) character set latin1', Incorrect string value",
    "varchar(20), 'q', 'enum(''a'')', Data truncated",
    "varchar(20), 'q', json, CONSTRAINT",
    "double, 1.5, int, has a fraction"
  })
  void shouldRefuseTheRowWhenTheTargetWouldChangeIt(
      String from, String value, String to, String message) throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, v " + from + ")",
        "INSERT INTO a VALUES (1, "
            + (from.startsWith("var") || from.startsWith("date") ? "'" + value + "'" : value)
            + ")",
        "CREATE TABLE b (id int PRIMARY KEY, v " + to + ")");
    assertThatThrownBy(() -> Copies.copy(database.config("a"), database.config("b"), Path.RECORDS))
        .isInstanceOfSatisfying(
            TaskException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.POISON))
        .hasMessageContaining(message);
    assertThat(database.rows("SELECT * FROM b")).isEmpty();
  }

  @Test
  void shouldHoldEveryAvroTypeWhenTheTableIsMadeForThem() throws Exception {
    // From H2, so that nothing of MariaDB's own words is known.
    try (TestSql other = TestSql.h2()) {
      other.run(
          "CREATE TABLE \"a\" (\"id\" BIGINT PRIMARY KEY, b BOOLEAN, i INT, f REAL, d DOUBLE"
              + " PRECISION, n NUMERIC(20,5), s VARCHAR, x VARBINARY, da DATE, ti TIME(6), ts"
              + " TIMESTAMP(6), tz TIMESTAMP(6) WITH TIME ZONE, u UUID)",
          "INSERT INTO \"a\" VALUES (1, TRUE, -1, 0.1, 1e300, 123.45000, 'é😀', X'00ff', DATE"
              + " '1900-01-01', TIME '23:59:59.999999', TIMESTAMP '1969-12-31 23:59:59.000001',"
              + " TIMESTAMP '2020-01-01 00:00:00+02:00', '123e4567-e89b-12d3-a456-426655440000')",
          "INSERT INTO \"a\" (\"id\") VALUES (2)");
      Copies.copy(other.config("a"), database.config("b"), Path.RECORDS);
    }
    assertThat(
            database.rows(
                "SELECT id, b, i, f, d, n, s, hex(x), da, ti, ts, tz, u FROM b ORDER BY id"))
        .containsExactly(
            "1|1|-1|0.1|1e300|123.45000|é😀|00FF|1900-01-01|23:59:59.999999"
                + "|1969-12-31 23:59:59.000001|2019-12-31 22:00:00.000000"
                + "|123e4567-e89b-12d3-a456-426655440000",
            "2|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅|∅");
  }
}
