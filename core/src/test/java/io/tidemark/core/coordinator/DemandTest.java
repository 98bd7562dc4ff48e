package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a backfill wants, by what it uses of what it may. */
class DemandTest {

  private static final Percentage CLOSE = Percentage.withPercentage(12);

  private long now = 1_000_000;
  private double rows;
  private Demand demand = Demand.UNKNOWN;

  /** Looks every second while it uses so much of what it may. */
  private void uses(int seconds, double used, double allowed) {
    for (int s = 0; s < seconds; s++) {
      demand = demand.observed(now, (long) rows, allowed);
      rows += used;
      now += 1_000;
    }
    demand = demand.observed(now, (long) rows, allowed);
  }

  @ParameterizedTest(name = "{0} of {1} rows/s: wants {2}")
  @CsvSource({
    "1000, 1000, Infinity",
    "950, 1000, Infinity",
    "900, 1000, 1125",
    "700, 1000, 875",
    "500, 1000, 625",
    "100, 1000, 125",
    // Nothing limits it: it shows all that it can.
    "500, Infinity, 625",
  })
  void shouldWantWhatItUsesAndRoomUnlessItUsesAll(double used, double allowed, double wants) {
    uses(60, used, allowed);

    assertThat(demand.rowsPerS()).isCloseTo(wants, CLOSE);
  }

  @Test
  void shouldWantAllBeforeItHasShownAnything() {
    uses(4, 0, 1_000);

    assertThat(demand.rowsPerS()).isInfinite();
  }

  @Test
  void shouldNotLoseItsPartByAMomentOfSilence() {
    uses(20, 1_000, 1_000);
    uses(5, 0, 1_000);

    assertThat(demand.rowsPerS()).isGreaterThanOrEqualTo(500);
  }

  @Test
  void shouldWantAllAsSoonAsItUsesWhatItHas() {
    uses(60, 100, 1_000);
    uses(5, 150, 150);

    assertThat(demand.rowsPerS()).isInfinite();
  }

  @Test
  void shouldNotTakeOneCheckpointMoreInAWindowForWantingAll() {
    uses(60, 500, 1_000);
    double room = demand.rowsPerS();
    rows += 450;
    uses(5, 500, room);

    assertThat(demand.rowsPerS()).isFinite();
  }

  @Test
  void shouldBeMeasuredByTheLeastThatItMightUse() {
    uses(60, 100, 1_000);
    uses(3, 150, 150);
    uses(2, 150, 2_000);

    assertThat(demand.rowsPerS()).isInfinite();
  }

  @Test
  void shouldBeginAnewWhenRowsOrTheClockGoBack() {
    uses(10, 500, 1_000);
    rows = 0;
    now -= 3_600_000;
    uses(60, 500, 1_000);

    assertThat(demand.rowsPerS()).isCloseTo(625, CLOSE);
  }
}
