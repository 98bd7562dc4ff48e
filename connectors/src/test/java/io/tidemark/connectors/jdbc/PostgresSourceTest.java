package io.tidemark.connectors.jdbc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import java.util.List;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * The source contract over every kind of key. Each table has a column {@code n} that numbers rows.
 */
class PostgresSourceTest {

  /** A table {@code t} with a number {@code n} per row, cut by {@code partition}. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract static class Keyed extends SourceContract {

    private final String ddl;
    private final String values;
    private final String partition;
    protected TestDatabase database;

    /**
     * @param ddl the table's columns and constraints beside {@code n}
     * @param values select list over {@code generate_series(1, 230) AS i}, beside {@code i}
     */
    Keyed(String ddl, String values, String partition) {
      this.ddl = ddl;
      this.values = values;
      this.partition = partition;
    }

    @BeforeAll
    void create() throws Exception {
      database = new TestDatabase();
      database.run(prologue());
      database.run(
          "CREATE TABLE t (n int NOT NULL, " + ddl + ")",
          "INSERT INTO t SELECT i, "
              + values
              + " FROM generate_series(1, 230) AS i ORDER BY md5(i::text)",
          "CREATE INDEX IF NOT EXISTS by_k ON t (k)");
    }

    /** A statement that the table wants to have been run before it is made. */
    protected String prologue() {
      return "SELECT 1";
    }

    @AfterAll
    void drop() throws Exception {
      database.close();
    }

    @Override
    protected Source source() throws Exception {
      JsonNode cut = new ObjectMapper().readTree("{\"" + way() + "\": " + partition + "}");
      return new JdbcConnector().source(database.config("t"), cut);
    }

    /** The way of cutting whose settings {@code partition} has. */
    protected String way() {
      return "key";
    }

    @Override
    protected List<String> expected() throws Exception {
      return database.rows("SELECT n FROM t");
    }

    @Override
    protected String identity(GenericRecord row) {
      return row.get("n").toString();
    }
  }

  @Nested
  class IntegerKeyWithGaps extends Keyed {
    IntegerKeyWithGaps() {
      super("k int PRIMARY KEY", "i * i - 5000", "{\"rows\": 50}");
    }
  }

  @Nested
  class TextKeyInALinguisticCollation extends Keyed {
    TextKeyInALinguisticCollation() {
      super(
          "k text COLLATE \"en-US-x-icu\" PRIMARY KEY",
          "(ARRAY['a', 'B', 'ä', 'Z', 'é-', ' ', '''', '\\\\', '%'])[1 + i % 9] || md5(i::text)"
              + " || chr(9) || i",
          "{\"rows\": 60, \"tail\": true}");
    }
  }

  // Equal keys of different bytes: no chunk may end between them.
  @Nested
  class TextKeyWithoutCase extends Keyed {
    TextKeyWithoutCase() {
      super(
          "k text COLLATE nocase NOT NULL",
          "(ARRAY['a', 'A', 'b', 'B'])[1 + i % 4] || i / 40",
          "{\"rows\": 50, \"columns\": [\"k\"]}");
    }

    @Override
    protected String prologue() {
      return "CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2',"
          + " deterministic = false)";
    }

    @Override
    protected int largestKeyGroup() {
      return 20;
    }
  }

  @Nested
  class UuidKey extends Keyed {
    UuidKey() {
      super("k uuid PRIMARY KEY", "md5(i::text)::uuid", "{\"count\": 4}");
    }
  }

  @Nested
  class CompoundKey extends Keyed {
    CompoundKey() {
      super(
          "k text, j int, PRIMARY KEY (k, j)",
          "(ARRAY['x', 'Y', 'y', 'z,\"', ''])[1 + i % 5], i",
          "{\"rows\": 70, \"tail\": true}");
    }
  }

  @Nested
  class TimestampKey extends Keyed {
    TimestampKey() {
      super(
          "k timestamptz PRIMARY KEY",
          "CASE i WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '0044-03-15 12:00:00"
              + " BC' ELSE '2020-03-29 00:00:00+00'::timestamptz + i * interval '17.000001 min' END",
          "{\"rows\": 100}");
    }
  }

  @Nested
  class DateKey extends Keyed {
    DateKey() {
      super("k date PRIMARY KEY", "date '0001-02-03 BC' + i * 3000", "{\"rows\": 64}");
    }
  }

  @Nested
  class NumericKey extends Keyed {
    NumericKey() {
      super(
          "k numeric PRIMARY KEY",
          "CASE i WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' WHEN 3 THEN '-Infinity' ELSE (i -"
              + " 100)::numeric / 7 END",
          "{\"rows\": 64}");
    }
  }

  @Nested
  class FloatKey extends Keyed {
    FloatKey() {
      super(
          "k float8 PRIMARY KEY",
          "CASE i WHEN 1 THEN 'NaN' WHEN 2 THEN 'Infinity' ELSE sin(i) * 1e300 END",
          "{\"rows\": 64}");
    }
  }

  @Nested
  class BytesKey extends Keyed {
    BytesKey() {
      super("k bytea PRIMARY KEY", "decode(md5(i::text), 'hex')", "{\"rows\": 64}");
    }
  }

  @Nested
  class FixedCharKeyDescending extends Keyed {
    FixedCharKeyDescending() {
      super(
          "k char(8) NOT NULL, UNIQUE (n)",
          "lpad(i::text, 3, 'x')",
          "{\"rows\": 64, \"columns\": [\"k\"]}");
    }
  }

  @Nested
  class HeavyDuplicates extends Keyed {
    HeavyDuplicates() {
      super("k int NOT NULL", "i / 40", "{\"rows\": 50, \"columns\": [\"k\"]}");
    }

    @Override
    protected int largestKeyGroup() {
      return 40;
    }
  }

  @Nested
  class NullKeys extends Keyed {
    NullKeys() {
      super(
          "k int, j int",
          "nullif(i % 20, 0), nullif(i % 7, 0)",
          "{\"rows\": 50, \"columns\": [\"k\", \"j\"], \"tail\": true}");
    }

    @Override
    @BeforeAll
    void create() throws Exception {
      super.create();
      database.run("CREATE INDEX ON t (k DESC, j DESC, n)");
    }

    // The rows with a NULL in the key are one chunk.
    @Override
    protected int largestKeyGroup() {
      return 60;
    }
  }

  @Nested
  class OneKeyForAllRows extends Keyed {
    OneKeyForAllRows() {
      super("k text NOT NULL", "'same'", "{\"rows\": 10, \"columns\": [\"k\"]}");
    }

    @Override
    protected int largestKeyGroup() {
      return 230;
    }
  }
}
