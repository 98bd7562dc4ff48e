package io.tidemark.connectors.sql;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceContract;
import io.tidemark.connectors.jdbc.JdbcConnector;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.IntFunction;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestInstance;

/**
 * The source contract over every kind of key, for one product. Each table has a column {@code n}
 * that numbers rows.
 */
abstract class SqlSourceCases {

  /** A fresh database. */
  abstract TestSql open() throws Exception;

  /** Type of a text that may be a key. */
  String text() {
    return "VARCHAR(100)";
  }

  /** Type of an exact number with two digits behind the point that may be a key. */
  String decimal() {
    return "DECIMAL(12,2)";
  }

  /** Whether an index is made for keys that are no primary key. */
  boolean indexed() {
    return true;
  }

  /** The statement that fills a table with a number, a key, and perhaps a second part of it. */
  String insert(int columns) {
    return "INSERT INTO t VALUES (" + "?, ".repeat(columns - 1) + "?)";
  }

  /** A table {@code t}, cut by {@code partition}. */
  @TestInstance(TestInstance.Lifecycle.PER_CLASS)
  abstract class Keyed extends SourceContract {

    private static final int ROWS = 230;

    private final String ddl;
    private final IntFunction<Object[]> key;
    private final String partition;
    private final String index;
    TestSql database;

    /**
     * @param ddl the key's columns and constraints
     * @param index columns of an index; empty: none
     * @param key values of the key's columns in row i
     */
    Keyed(String ddl, String index, String partition, IntFunction<Object[]> key) {
      this.ddl = ddl;
      this.index = index;
      this.key = key;
      this.partition = partition;
    }

    /** The way of cutting that {@code partition} has the settings of. */
    String way() {
      return "key";
    }

    @BeforeAll
    void create() throws Exception {
      database = open();
      database.run("CREATE TABLE t (n INTEGER NOT NULL, " + ddl + ")");
      List<Object[]> rows = new ArrayList<>();
      for (int i = 1; i <= ROWS; i++) {
        List<Object> row = new ArrayList<>();
        row.add(i);
        Collections.addAll(row, key.apply(i));
        rows.add(row.toArray());
      }
      Collections.shuffle(rows, new Random(1));
      database.each(insert(rows.getFirst().length), rows);
      if (!index.isEmpty() && indexed()) {
        database.run("CREATE INDEX by_k ON t (" + index + ")");
      }
      database.readOnly();
    }

    @AfterAll
    void drop() throws Exception {
      if (database != null) {
        database.close();
      }
    }

    @Override
    protected Source source() throws Exception {
      JsonNode cut = new ObjectMapper().readTree("{\"" + way() + "\": " + partition + "}");
      String table = database.rows(tableName()).getFirst();
      return new JdbcConnector().source(database.config(table), cut);
    }

    @Override
    protected List<String> expected() throws Exception {
      return database.rows("SELECT n FROM t");
    }

    @Override
    protected String identity(GenericRecord row) {
      return row.get(0).toString();
    }
  }

  /** A query for the name that the table {@code t} has got. */
  String tableName() {
    return "SELECT 't'";
  }

  /** A column's name as the database spells it. */
  String named(String column) {
    return column;
  }

  private String columns(String... names) {
    List<String> all = new ArrayList<>();
    for (String n : names) {
      all.add("\"" + named(n) + "\"");
    }
    return "\"columns\": [" + String.join(", ", all) + "]";
  }

  @Nested
  class IntegerKeyWithGaps extends Keyed {
    IntegerKeyWithGaps() {
      super(
          "k INTEGER NOT NULL PRIMARY KEY", "", "{\"rows\": 50}", i -> new Object[] {i * i - 5000});
    }
  }

  @Nested
  class TextKey extends Keyed {
    TextKey() {
      super(
          "k " + text() + " NOT NULL PRIMARY KEY",
          "",
          "{\"rows\": 60, \"tail\": true}",
          i ->
              new Object[] {
                List.of("a", "B", "ä", "Z", "é-", "x", "'", "\\", "%").get(i % 9) + "\t" + i
              });
    }
  }

  @Nested
  class CompoundKey extends Keyed {
    CompoundKey() {
      super(
          "k " + text() + " NOT NULL, j INTEGER NOT NULL, PRIMARY KEY (k, j)",
          "",
          "{\"rows\": 70, \"tail\": true}",
          i -> new Object[] {List.of("x", "Y", "y", "z,\"", "_").get(i % 5), i});
    }
  }

  @Nested
  class DecimalKey extends Keyed {
    DecimalKey() {
      super(
          "k " + decimal() + " NOT NULL PRIMARY KEY",
          "",
          "{\"count\": 4}",
          i -> new Object[] {new BigDecimal((i - 100) * 37).movePointLeft(2)});
    }
  }

  @Nested
  class HeavyDuplicates extends Keyed {
    HeavyDuplicates() {
      super(
          "k INTEGER NOT NULL",
          "k",
          "{\"rows\": 50, " + columns("k") + "}",
          i -> new Object[] {i / 40});
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
          "k INTEGER, j INTEGER",
          "k, j",
          "{\"rows\": 50, " + columns("k", "j") + ", \"tail\": true}",
          i -> new Object[] {i % 20 == 0 ? null : i % 20, i % 7 == 0 ? null : i % 7});
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
      super(
          "k " + text() + " NOT NULL",
          "k",
          "{\"rows\": 10, " + columns("k") + "}",
          i -> new Object[] {"same"});
    }

    @Override
    protected int largestKeyGroup() {
      return 230;
    }
  }

  /** A table {@code t} with the primary key {@code n} and a column {@code k}, cut by its values. */
  abstract class Listed extends Keyed {
    Listed(String type, String settings, IntFunction<Object[]> key) {
      super(
          "k " + type + ", PRIMARY KEY (n)",
          "k",
          "{\"column\": \"" + named("k") + "\"" + settings + "}",
          key);
    }

    @Override
    String way() {
      return "list";
    }
  }

  private static Object[] country(int i) {
    return new Object[] {Arrays.asList("DE", "AT", "it's", null, "FR", "a\\").get(i % 6)};
  }

  @Nested
  class ListOfValuesAndTheOthersWithNull extends Listed {
    ListOfValuesAndTheOthersWithNull() {
      super(
          text(),
          ", \"values\": [\"DE\", [\"it's\", \"a\\\\\"], \"none has it\"]",
          i -> country(i));
    }
  }

  @Nested
  class ListWithNullAmongTheValues extends Listed {
    ListWithNullAmongTheValues() {
      super(text(), ", \"values\": [[\"DE\", null], \"AT\"]", i -> country(i));
    }
  }

  @Nested
  class ListOfNullAloneAndTheOthers extends Listed {
    ListOfNullAloneAndTheOthers() {
      super(text(), ", \"values\": [null]", i -> country(i));
    }
  }

  @Nested
  class ListWithoutTheOthers extends Listed {
    ListWithoutTheOthers() {
      super(
          "INTEGER",
          ", \"values\": [1, [2, 7]], \"others\": false",
          i -> new Object[] {i % 9 == 0 ? null : i % 9});
    }

    @Override
    protected List<String> expected() throws Exception {
      return database.rows("SELECT n FROM t WHERE k IN (1, 2, 7)");
    }
  }

  @Nested
  class ListOfValuesThatThereAre extends Listed {
    ListOfValuesThatThereAre() {
      super(text(), "", i -> country(i));
    }
  }

  @Nested
  class ListOfNumbersThatThereAre extends Listed {
    ListOfNumbersThatThereAre() {
      super(decimal(), "", i -> new Object[] {new BigDecimal(i % 5 - 2).movePointLeft(1)});
    }
  }

  /** A table {@code t} with the primary key {@code n}, cut by a hash of {@code k}. */
  abstract class Hashed extends Keyed {
    Hashed(String ddl, List<String> columns, IntFunction<Object[]> key) {
      super(
          ddl + ", PRIMARY KEY (n)",
          "",
          "{" + columns(columns.toArray(String[]::new)) + ", \"buckets\": 5}",
          key);
    }

    @Override
    String way() {
      return "hash";
    }
  }
}
