package io.tidemark.connectors.sql;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Nested;

/** The source contract on H2. */
class H2SourceTest extends SqlSourceCases {

  @Override
  TestSql open() {
    return TestSql.h2();
  }

  @Override
  String tableName() {
    return "SELECT 'T'";
  }

  @Override
  String named(String column) {
    return column.toUpperCase(java.util.Locale.ROOT);
  }

  @Nested
  class TextKeyWithoutCase extends Keyed {
    TextKeyWithoutCase() {
      super(
          "k VARCHAR_IGNORECASE(20) NOT NULL",
          "k",
          "{\"rows\": 50, \"columns\": [\"K\"]}",
          i -> new Object[] {java.util.List.of("a", "A", "b", "B").get(i % 4) + i / 40});
    }

    @Override
    protected int largestKeyGroup() {
      return 20;
    }
  }

  @Nested
  class TimestampKey extends Keyed {
    TimestampKey() {
      super(
          "k TIMESTAMP WITH TIME ZONE PRIMARY KEY",
          "",
          "{\"rows\": 64}",
          i ->
              new Object[] {
                LocalDateTime.of(2020, 3, 29, 0, 0)
                    .plusMinutes(i)
                    .plusNanos(1_000L * i)
                    .atOffset(ZoneOffset.ofHours(i % 3))
              });
    }
  }
}
