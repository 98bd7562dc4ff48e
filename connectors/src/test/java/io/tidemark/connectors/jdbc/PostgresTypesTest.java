package io.tidemark.connectors.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.connectors.jdbc.Copies.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every type's odd values come out of a copy as they went in, on both paths. */
class PostgresTypesTest {

  /** A column a line: its type, and its values as SQL, with bars between. */
  private static final String[] COLUMNS = {
    "boolean | true | false",
    "smallint | -32768 | 32767",
    "integer | -2147483648 | 2147483647",
    "bigint | -9223372036854775808 | 9223372036854775807",
    "real | 'NaN' | '-Infinity' | '-0' | 1.1754944e-38 | 0.1",
    "double precision | 'NaN' | 'Infinity' | '-0' | 5e-324 | 0.1",
    "numeric | 'NaN' | 'Infinity' | '-Infinity' | 1e-300 | 12345678901234567890.0100 | 0.00",
    "numeric(10,2) | 12345678.90 | -0.01 | 0",
    "money | '-92233720368547758.08' | '1234.56'",
    "text | '' | E'tab\\tnl\\ncr\\r\\\\N' | '\\N' | 'ünï😀' | '\\.' | 'NULL'",
    "varchar(5) | '' | 'a  '",
    "char(4) | 'a' | ''",
    "\"char\" | 'x' | ''",
    "name | 'A b'",
    "bytea | '' | '\\x00ff5c0a' | '\\x7c'",
    "date | 'infinity' | '-infinity' | '0044-03-15 BC' | '0001-12-31 BC' | '5874897-12-31'"
        + " | '4714-11-24 BC'",
    "time | '24:00:00' | '00:00:00.000001'",
    "timetz | '24:00:00+15:59' | '01:02:03.4-08'",
    "timestamp | 'infinity' | '-infinity' | '0044-03-15 12:00:00.000001 BC'"
        + " | '1969-12-31 23:59:59.999999' | '4714-11-24 00:00:00 BC'",
    "timestamptz | 'infinity' | '-infinity' | '0044-03-15 12:00:00 BC'"
        + " | '2021-10-31 02:30:00+02' | '1883-11-18 12:03:58-04:56:02'",
    "timestamp(3) | '2001-02-03 04:05:06.789'",
    "interval | '-1 year 2 days -3.000001 seconds' | '178000000 years' | '00:00:00'",
    "uuid | '00000000-0000-0000-0000-000000000000'",
    "json | '{\"b\": 1,  \"a\":1, \"a\":null}' | 'null' | '\"\"'",
    "jsonb | '{\"b\": 1e400, \"a\": \"\\u00e9\\n\"}' | 'null'",
    "xml | '<a>&lt;</a>' | 'a<b/>c'",
    "inet | '10.0.0.1' | '10.0.0.1/8' | '::1' | '::ffff:1.2.3.4/128'",
    "cidr | '10.0.0.0/8' | '10.0.0.1/32'",
    "macaddr | '08:00:2b:01:02:03'",
    "macaddr8 | '08:00:2b:01:02:03:04:05'",
    "bit(5) | B'10101'",
    "varbit | B'' | B'1010101010101'",
    "point | '(1.5,-Infinity)' | '(0.1,-0)'",
    "line | '{1,2,3}'",
    "lseg | '((0,0),(1,1.1))'",
    "box | '(1,1),(0,0)'",
    "path | '[(0,0),(1,1)]' | '((0,0),(1,1))'",
    "polygon | '((0,0),(1,1),(2,0))'",
    "circle | '<(0,0),2.5>'",
    "tsvector | 'a:1A fat:2B,4C'",
    "tsquery | '''fat'' & !''rat'':A'",
    "pg_lsn | '16/B374D848'",
    "oid | 4294967295",
    "int4range | 'empty' | '[1,5)' | '(,)'",
    "numrange | '[1.10,2.200]' | '(,1]'",
    "tstzrange | '[\"2020-01-01 00:00:00+00\",infinity)'",
    "int4multirange | '{}' | '{[1,3),[5,7)}'",
    "integer[] | '{}' | '{1,NULL,3}' | '{{1,2},{3,4}}' | '[0:1]={7,8}'",
    "text[] | '{\"\",NULL,\"NULL\",\"a,\\\"b\\\\\\\\\"}' | '{}'",
    "numeric[] | '{NaN,1.10}'",
    "jsonb[] | ARRAY['{\"a\":1}'::jsonb, NULL]",
    "timestamptz[] | '{infinity,\"0044-03-15 12:00:00+00 BC\"}'",
    "bytea[] | ARRAY['\\x00ff'::bytea]",
    "mood | 'sad' | 'very happy'",
    "positive | 1 | 2147483647",
    "label | '' | 'x'",
    "amount | 1.25",
  };

  private TestDatabase database;

  @BeforeEach
  void create() throws Exception {
    database = new TestDatabase();
    database.run(
        "CREATE TYPE mood AS ENUM ('sad', 'very happy')",
        "CREATE DOMAIN positive AS int CHECK (value > 0)",
        "CREATE DOMAIN label AS text",
        "CREATE DOMAIN amount AS numeric(8,2)",
        "CREATE DOMAIN label2 AS label");
  }

  @AfterEach
  void drop() throws Exception {
    database.close();
  }

  @ParameterizedTest
  @EnumSource
  void shouldArriveUnchangedWhenCopied(Path path) throws Exception {
    fill("a");
    Copies.copy(database.config("a"), database.config("b"), path);
    assertThat(database.content("b")).isEqualTo(database.content("a"));
    assertThat(types("b")).isEqualTo(types("a"));
  }

  @Test
  void shouldArriveUnchangedWhenTheTargetIsText() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, n numeric(6,2), t timestamptz, d date, u uuid)",
        "INSERT INTO a VALUES (1, 1.50, '0044-03-15 12:00:00+00 BC', 'infinity', NULL)",
        "CREATE TABLE b (id bigint, n text, t text, d text, u text)");
    Copies.copy(database.config("a"), database.config("b"), Path.RECORDS);
    assertThat(database.rows("SELECT * FROM b"))
        .containsExactly("1|1.50|0044-03-15 12:00:00+00 BC|infinity|∅");
  }

  @ParameterizedTest
  @EnumSource
  void shouldArriveUnchangedWhenTheRoleHasOddSessionDefaults(Path path) throws Exception {
    String db = database.name();
    database.run(
        "ALTER DATABASE " + db + " SET DateStyle = 'SQL, DMY'",
        "ALTER DATABASE " + db + " SET IntervalStyle = 'sql_standard'",
        "ALTER DATABASE " + db + " SET TimeZone = 'America/St_Johns'",
        "ALTER DATABASE " + db + " SET extra_float_digits = 0",
        "ALTER DATABASE " + db + " SET bytea_output = 'escape'",
        "ALTER DATABASE " + db + " SET standard_conforming_strings = off");
    fill("a");
    Copies.copy(database.config("a"), database.config("b"), path);
    assertThat(database.content("b")).isEqualTo(database.content("a"));
  }

  @Test
  void shouldNameTheColumnWhenADecimalIsNaNAndOnlyRecordsAreLeft() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, price numeric(6,2))",
        "INSERT INTO a VALUES (1, 'NaN')");
    assertThatThrownBy(() -> Copies.copy(database.config("a"), database.config("b"), Path.RECORDS))
        .hasMessageContaining("price")
        .hasMessageContaining("NaN");
    Copies.copy(database.config("a"), database.config("c"), Path.NATIVE);
    assertThat(database.rows("SELECT price FROM c")).containsExactly("NaN");
  }

  @Test
  void shouldArriveUnchangedWhenTypesDifferAndNoAvroTypeHoldsTheValues() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, price numeric(6,2), tz timestamptz, t timestamp)",
        "INSERT INTO a VALUES (1, 'NaN', '294276-12-31 23:59:59.999999+00',"
            + " '294276-12-31 23:59:59.999999'), (2, 1.50, 'infinity', '294247-01-10 04:00:55'),"
            + " (3, NULL, NULL, '0044-03-15 12:00:00 BC')",
        "CREATE TABLE b (id bigint, price numeric(8,2), tz timestamptz, t timestamp)",
        "CREATE TABLE c (id text, price text, tz text, t text)");

    for (String target : List.of("b", "c")) {
      assertThatThrownBy(
              () -> Copies.copy(database.config("a"), database.config(target), Path.NATIVE))
          .hasMessageContaining("NATIVE is none of");
      database.run("DROP TABLE IF EXISTS tidemark_progress");
      Copies.copy(database.config("a"), database.config(target), Path.AGREED);
      assertThat(database.content(target)).isEqualTo(database.content("a"));
    }
  }

  @Test
  void shouldTellTheColumnAndBothTypesWhenTheyCannotFit() throws Exception {
    database.run(
        "CREATE TABLE a (id int PRIMARY KEY, u uuid, g bytea, extra int)",
        "CREATE TABLE b (id int, u integer, g date, must int NOT NULL)");
    ObjectNode to = database.config("b");
    assertThatThrownBy(() -> Copies.copy(database.config("a"), to, Path.RECORDS))
        .hasMessageContaining("4 problems")
        .hasMessageContaining("'u' is uuid at the source and integer here")
        .hasMessageContaining("'g' is bytea at the source and date here")
        .hasMessageContaining("no column 'extra'")
        .hasMessageContaining("'must' is NOT NULL without a default");
  }

  private void fill(String table) throws Exception {
    StringBuilder ddl = new StringBuilder("CREATE TABLE " + table + " (id int PRIMARY KEY");
    for (int c = 0; c < COLUMNS.length; c++) {
      ddl.append(", c").append(c).append(' ').append(COLUMNS[c].split(" \\| ", -1)[0]);
    }
    // A session of its own kind must not change what the literals mean.
    database.run("SET standard_conforming_strings = on", ddl.append(')').toString());
    for (int row = 1; row <= 8; row++) {
      StringBuilder insert = new StringBuilder("INSERT INTO " + table + " VALUES (" + row);
      for (String column : COLUMNS) {
        String[] parts = column.split(" \\| ", -1);
        insert.append(", ").append(row < parts.length ? parts[row] : "NULL");
      }
      database.run(insert.append(')').toString());
    }
  }

  private List<String> types(String table) throws Exception {
    return database.rows(
        "SELECT attname, format_type(atttypid, atttypmod), attnotnull FROM pg_attribute"
            + " WHERE attnum > 0 AND attrelid = '"
            + table
            + "'::regclass ORDER BY attnum");
  }
}
