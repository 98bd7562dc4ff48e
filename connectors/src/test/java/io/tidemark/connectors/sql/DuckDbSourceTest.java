package io.tidemark.connectors.sql;

import org.junit.jupiter.api.Nested;

/** The source contract on DuckDB. */
class DuckDbSourceTest extends SqlSourceCases {

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
}
