package io.tidemark.connectors.sql;

import java.util.List;
import org.junit.jupiter.api.Nested;

/** The source contract on SQLite. */
class SqliteSourceTest extends SqlSourceCases {

  @Override
  TestSql open() {
    return TestSql.sqlite();
  }

  // It has no exact decimals that it compares.
  @Override
  String decimal() {
    return "REAL";
  }

  @Nested
  class TextKeyWithoutCase extends Keyed {
    TextKeyWithoutCase() {
      super(
          "k TEXT COLLATE NOCASE NOT NULL",
          "k",
          "{\"rows\": 50, \"columns\": [\"k\"]}",
          i -> new Object[] {List.of("a", "A", "b", "B").get(i % 4) + i / 40});
    }

    @Override
    protected int largestKeyGroup() {
      return 20;
    }
  }

  @Nested
  class ListOfTextsWithoutCase extends Listed {
    ListOfTextsWithoutCase() {
      super("TEXT COLLATE NOCASE", "", i -> new Object[] {List.of("a", "A", "b", "B").get(i % 4)});
    }
  }

  @Nested
  class HashOfNumbersWithNulls extends Hashed {
    HashOfNumbersWithNulls() {
      super(
          "k INTEGER, j BIGINT",
          List.of("k", "j"),
          i ->
              new Object[] {
                i % 5 == 0 ? null : i * 1_000 - 90_000,
                i % 7 == 0 ? Long.MIN_VALUE : Long.MAX_VALUE - i
              });
    }
  }
}
