package io.tidemark.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimeWindowsTest {

  @ParameterizedTest
  @CsvSource({
    // A day of 23 hours, and one of 25.
    "P1D, Europe/Paris, 2024-03-30T23:00:00Z, 2024-03-31T22:00:00Z",
    "P1D, Europe/Paris, 2024-03-31T21:59:59.999999Z, 2024-03-31T22:00:00Z",
    "P1D, Europe/Paris, 2024-10-26T22:00:00Z, 2024-10-27T23:00:00Z",
    // No midnight on the day on which clocks were put forward from it.
    "P1D, America/Sao_Paulo, 2018-11-03T12:00:00Z, 2018-11-04T03:00:00Z",
    // Set back past midnight: 23:00 to 24:00 of the 17th comes twice.
    "P1D, America/Sao_Paulo, 2018-02-18T01:30:00Z, 2018-02-18T03:00:00Z",
    "P1D, America/Sao_Paulo, 2018-02-18T02:30:00Z, 2018-02-18T03:00:00Z",
    // Set back from 00:01: the new day has begun, and the old date comes again.
    "P1D, America/St_Johns, 2010-11-07T02:29:59Z, 2010-11-07T02:30:00Z",
    "P1D, America/St_Johns, 2010-11-07T02:45:00Z, 2010-11-08T03:30:00Z",
    // A day that was left out.
    "P1D, Pacific/Apia, 2011-12-30T09:59:59Z, 2011-12-30T10:00:00Z",
    "P1D, Pacific/Apia, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z",
    "P1M, UTC, 2024-02-29T23:59:59Z, 2024-03-01T00:00:00Z",
    "P1M, Europe/Paris, 2024-02-29T23:00:00Z, 2024-03-31T22:00:00Z",
    "P1M, UTC, 2023-01-31T00:00:00Z, 2023-02-01T00:00:00Z",
    "P3M, UTC, 2024-05-05T00:00:00Z, 2024-07-01T00:00:00Z",
    "P1Y, UTC, 1969-12-31T23:59:59Z, 1970-01-01T00:00:00Z",
    "P1Y6M, UTC, 1970-01-01T00:00:00Z, 1971-07-01T00:00:00Z",
    "P10Y, UTC, -0044-03-15T00:00:00Z, -0040-01-01T00:00:00Z",
    "P1W, UTC, 2024-02-25T10:00:00Z, 2024-02-26T00:00:00Z",
    "P10D, UTC, 1969-12-31T00:00:00Z, 1970-01-01T00:00:00Z",
    "PT6H, Europe/Paris, 2024-03-31T00:59:59Z, 2024-03-31T06:00:00Z",
    "PT1H30M, UTC, 1970-01-01T01:30:00Z, 1970-01-01T03:00:00Z",
    "PT7S, UTC, 1969-12-31T23:59:59.999999Z, 1970-01-01T00:00:00Z",
    "PT1S, UTC, +294276-12-31T23:59:59.999999Z, +294277-01-01T00:00:00Z",
    "P1D, UTC, +294276-12-31T23:59:59.999999Z, +294277-01-01T00:00:00Z",
  })
  void shouldEndWhereTheNextWindowBegins(String step, String zone, Instant t, Instant end) {
    assertThat(TimeWindows.of(step, ZoneId.of(zone)).end(t)).isEqualTo(end);
  }

  @Test
  void shouldTileTimeWhateverTheStepAndZone() {
    long seed = Long.getLong("tidemark.seed", System.nanoTime());
    System.out.println("TimeWindowsTest: -Dtidemark.seed=" + seed);
    Random random = new Random(seed);
    List<String> zones = ZoneId.getAvailableZoneIds().stream().sorted().toList();
    List<String> steps =
        List.of("P1D", "P2D", "P1W", "P2W", "P31D", "P1M", "P5M", "P1Y", "PT1H", "PT7H", "PT24H");
    for (int i = 0; i < 2_000; i++) {
      ZoneId zone = ZoneId.of(zones.get(random.nextInt(zones.size())));
      String step = steps.get(random.nextInt(steps.size()));
      Instant t = Instant.ofEpochSecond(random.nextLong(-4_000_000_000L, 4_000_000_000L));
      TimeWindows windows = TimeWindows.of(step, zone);

      Instant end = windows.end(t);

      assertThat(end).as("%s %s %s", step, zone, t).isAfter(t);
      // The window's last microsecond, and all between, have the same end.
      assertThat(windows.end(end.minusNanos(1_000))).isEqualTo(end);
      Instant between = t.plusSeconds(random.nextLong(end.getEpochSecond() - t.getEpochSecond()));
      assertThat(windows.end(between)).isEqualTo(end);
      Instant next = windows.end(end);
      assertThat(next).isAfter(end);
      if (windows.ofDays()) {
        assertThat(end).isEqualTo(LocalDate.ofInstant(end, zone).atStartOfDay(zone).toInstant());
        LocalDate whole = LocalDate.ofInstant(end, zone).plus(Period.parse(step));
        assertThat(next).isEqualTo(whole.atStartOfDay(zone).toInstant());
      } else {
        assertThat(next).isEqualTo(end.plus(Duration.parse(step)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "P",
        "day",
        "P0D",
        "P-1D",
        "P1M1D",
        "P1MT1H",
        "PT0S",
        "PT-1H",
        "PT0.5S",
        "P99999999999D"
      })
  void shouldRefuseWhatIsNoStep(String step) {
    assertThatThrownBy(() -> TimeWindows.of(step, ZoneId.of("UTC")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("no step", "P1M", "P1D", "PT6H");
  }
}
