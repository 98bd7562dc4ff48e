package io.tidemark.connectors.sql;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Nested;

/** The source contract on MariaDB. */
class MariaDbSourceTest extends SqlTimeCases {

  @Override
  TestSql open() throws Exception {
    return TestSql.mariadb();
  }

  // Equal keys of different bytes: no chunk may end between them.
  @Nested
  class TextKeyWithoutCase extends Keyed {
    TextKeyWithoutCase() {
      super(
          "k varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci NOT NULL",
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
  class TextKeyInAnotherCharacterSet extends Keyed {
    TextKeyInAnotherCharacterSet() {
      super(
          "k varchar(20) CHARACTER SET latin1 COLLATE latin1_german2_ci PRIMARY KEY",
          "",
          "{\"rows\": 50}",
          i -> new Object[] {List.of("ä", "ß", "É", "z").get(i % 4) + i});
    }
  }

  @Nested
  class UnsignedKey extends Keyed {
    UnsignedKey() {
      super(
          "k bigint unsigned PRIMARY KEY",
          "",
          "{\"rows\": 50}",
          i ->
              new Object[] {
                new BigDecimal("18446744073709551615").subtract(new BigDecimal(i * 3))
              });
    }
  }

  @Nested
  class TimestampKey extends Keyed {
    TimestampKey() {
      super(
          "k datetime(6) PRIMARY KEY",
          "",
          "{\"rows\": 64}",
          i -> new Object[] {"2020-03-29 00:%02d:%02d.%06d".formatted(i % 60, i / 60, i)});
    }
  }

  @Nested
  class BytesKey extends Keyed {
    BytesKey() {
      super(
          "k varbinary(20) PRIMARY KEY",
          "",
          "{\"rows\": 64}",
          i -> new Object[] {new byte[] {(byte) i, 0, (byte) (255 - i)}});
    }
  }

  @Nested
  class UuidKey extends Keyed {
    UuidKey() {
      super(
          "k uuid PRIMARY KEY",
          "",
          "{\"rows\": 64}",
          i -> new Object[] {"%08x-e89b-12d3-a456-42665544%04x".formatted(i * 7_919, 999 - i)});
    }
  }

  @Override
  String timestamp() {
    return "datetime(6)";
  }

  @Nested
  class SecondsOfAMoment extends Timed {
    SecondsOfAMoment() {
      super(
          "timestamp NULL",
          "k, n",
          "\"step\": \"P1D\", \"zone\": \"Europe/Paris\"",
          i -> i % 30 == 0 ? null : "2024-03-%02d 22:59:%02d".formatted(29 + i % 3, 55 + i % 5));
    }

    @Override
    protected int largestKeyGroup() {
      return 7;
    }
  }

  // Sorted by their numbers and compared by their texts.
  @Nested
  class ListOfAnEnum extends Listed {
    ListOfAnEnum() {
      super(
          "enum('new', 'paid', 'gone', 'a')",
          "",
          i -> new Object[] {Arrays.asList("paid", "gone", null, "a").get(i % 4)});
    }
  }

  // Values of one case each have the rows of both.
  @Nested
  class ListOfTextsWithoutCase extends Listed {
    ListOfTextsWithoutCase() {
      super(
          "varchar(20) CHARACTER SET latin1 COLLATE latin1_german2_ci",
          "",
          i -> new Object[] {List.of("ä", "Ä", "ß", "b", "B").get(i % 5)});
    }
  }

  @Nested
  class ListOfBits extends Listed {
    ListOfBits() {
      super("bit(1)", "", i -> new Object[] {i % 5 == 0 ? null : i % 2 == 0});
    }
  }

  @Nested
  class HashOfColumnsWithNulls extends Hashed {
    HashOfColumnsWithNulls() {
      super(
          "k varchar(20) CHARACTER SET latin1, j datetime",
          List.of("k", "j"),
          SqlTimeCases::hashed);
    }
  }

  @Nested
  class HashOfBytes extends Hashed {
    HashOfBytes() {
      super(
          "k varbinary(20)",
          List.of("k"),
          i -> new Object[] {i % 9 == 0 ? null : new byte[] {(byte) i, 0, (byte) (255 - i)}});
    }
  }
}
