package io.tidemark.connectors.sql;

import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Nested;

/** The source contract on H2. */
class H2SourceTest extends SqlTimeCases {

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
    return column.toUpperCase(Locale.ROOT);
  }

  @Nested
  class TextKeyWithoutCase extends Keyed {
    TextKeyWithoutCase() {
      super(
          "k VARCHAR_IGNORECASE(20) NOT NULL",
          "k",
          "{\"rows\": 50, \"columns\": [\"K\"]}",
          i -> new Object[] {List.of("a", "A", "b", "B").get(i % 4) + i / 40});
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
  class ListOfTextsWithoutCase extends Listed {
    ListOfTextsWithoutCase() {
      super(
          "VARCHAR_IGNORECASE(20)",
          "",
          i -> new Object[] {List.of("a", "A", "b", "B", "c").get(i % 5)});
    }
  }

  @Nested
  class HashOfColumnsWithNulls extends Hashed {
    HashOfColumnsWithNulls() {
      super("k VARCHAR(20), j TIMESTAMP(6)", List.of("k", "j"), SqlTimeCases::hashed);
    }
  }

  @Nested
  class HashOfBytes extends Hashed {
    HashOfBytes() {
      super(
          "k VARBINARY(20)",
          List.of("k"),
          i -> new Object[] {i % 9 == 0 ? null : new byte[] {(byte) i, 0, (byte) (255 - i)}});
    }
  }
}
