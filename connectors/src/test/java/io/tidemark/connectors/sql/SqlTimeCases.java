package io.tidemark.connectors.sql;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;

/** The source contract over windows of time as well, for a product that has times. */
abstract class SqlTimeCases extends SqlSourceCases {

  private static final LocalDateTime MIDNIGHT = LocalDateTime.of(2024, 2, 29, 0, 0);

  /** Type of a time without a zone, to the microsecond. */
  String timestamp() {
    return "TIMESTAMP(6)";
  }

  /** A table {@code t} with the primary key {@code n}, cut by the time {@code k}. */
  abstract class Timed extends Keyed {
    Timed(String type, String index, String step, IntFunction<Object> key) {
      super(
          "k " + type + ", PRIMARY KEY (n)",
          index,
          "{\"column\": \"" + named("k") + "\", " + step + "}",
          i -> new Object[] {key.apply(i)});
    }

    @Override
    String way() {
      return "time";
    }
  }

  @Nested
  class DaysWithGapsNullsAndTheirLastMicrosecond extends Timed {
    DaysWithGapsNullsAndTheirLastMicrosecond() {
      super(
          timestamp(),
          "k, n",
          "\"step\": \"P1D\", \"tail\": true",
          i -> i % 10 == 0 ? null : MIDNIGHT.plusDays(i % 4 * 30L).plusNanos((i % 3 - 1) * 1_000L));
    }

    // The rows with a NULL in the key are one chunk.
    @Override
    protected int largestKeyGroup() {
      return 23;
    }
  }

  @Nested
  class HoursWhereOnlyTheColumnIsIndexed extends Timed {
    HoursWhereOnlyTheColumnIsIndexed() {
      super(
          timestamp() + " NOT NULL",
          "k",
          "\"step\": \"PT6H\"",
          i -> MIDNIGHT.plusMinutes(i / 10 * 59L));
    }

    @Override
    protected int largestKeyGroup() {
      return 10;
    }
  }

  @Nested
  class WeeksOfADate extends Timed {
    WeeksOfADate() {
      super(
          "DATE",
          "k, n",
          "\"step\": \"P1W\"",
          i -> i % 20 == 0 ? null : LocalDate.of(2024, 2, 20).plusDays(i / 6));
    }

    @Override
    protected int largestKeyGroup() {
      return 11;
    }
  }

  @Nested
  class OneTimeForAllRows extends Timed {
    OneTimeForAllRows() {
      super(timestamp() + " NOT NULL", "k, n", "\"step\": \"P1Y\"", i -> MIDNIGHT);
    }
  }

  /** Values of a row that is hashed. */
  static Object[] hashed(int i) {
    return new Object[] {
      i % 5 == 0 ? null : List.of("x", "Y", "y", "'", "\\").get(i % 5) + i % 40,
      i % 7 == 0 ? null : MIDNIGHT.plusSeconds(i),
    };
  }
}
