package io.tidemark.connectors.sql;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The source contract on DuckDB. */
class DuckDbSourceTest extends SqlTimeCases {

  @Override
  TestSql open() {
    return TestSql.duckdb();
  }

  @Nested
  class TimestampKey extends Keyed {
    TimestampKey() {
      super(
          "k TIMESTAMPTZ PRIMARY KEY",
          "",
          "{\"rows\": 64}",
          i ->
              new Object[] {
                i == 1 ? "infinity" : "2020-03-29 %02d:%02d:00.%06d+00".formatted(i / 60, i % 60, i)
              });
    }

    @Override
    protected int largestKeyGroup() {
      return 1;
    }
  }

  @Override
  String timestamp() {
    return "TIMESTAMP";
  }

  @Nested
  class MonthsOfMomentsWithInfinities extends Timed {
    MonthsOfMomentsWithInfinities() {
      super("TIMESTAMPTZ", "", "\"step\": \"P1M\"", i -> moment(i));
    }

    @Override
    protected int largestKeyGroup() {
      return 30;
    }
  }

  @Nested
  class InfinitiesInTheTail extends Timed {
    InfinitiesInTheTail() {
      super("TIMESTAMPTZ", "", "\"step\": \"P1M\", \"tail\": true", i -> moment(i));
    }

    @Override
    protected int largestKeyGroup() {
      return 30;
    }
  }

  private static String moment(int i) {
    if (i < 30) {
      return null;
    }
    return i < 40
        ? "infinity"
        : i < 50 ? "-infinity" : "2024-%02d-01 00:00:00+00".formatted(1 + i % 7);
  }

  @Nested
  class ListOfAnEnum extends Listed {
    ListOfAnEnum() {
      super(
          "ENUM('new', 'paid', 'gone', 'a')",
          "",
          i -> new Object[] {Arrays.asList("paid", "gone", null, "a").get(i % 4)});
    }
  }

  @Nested
  class HashOfColumnsWithNulls extends Hashed {
    HashOfColumnsWithNulls() {
      super("k VARCHAR(20), j TIMESTAMP", List.of("k", "j"), SqlTimeCases::hashed);
    }
  }
}
