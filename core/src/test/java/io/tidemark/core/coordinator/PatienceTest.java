package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How long a cursor may stand, as limits and probes explain it. */
class PatienceTest {

  @ParameterizedTest(name = "chunks of {0} ms, {1} rows/s, factor {2}, {3} lanes: {4} s")
  @CsvSource({
    // Nothing explains anything: 30 chunks, and never less than half a minute.
    "200, Infinity, 1, 4, 30",
    "1000, Infinity, 1, 4, 30",
    "5000, Infinity, 1, 4, 150",
    // Chunks under a limit are small: each lane moves every half second.
    "1000, 1000, 1, 4, 30",
    "1000, 2, 1, 1, 30",
    // Unless the lanes are more than the rows of that time: 4 lanes share a row in 10 s.
    "1000, 0.1, 1, 4, 1200",
    "1000, 0.1, 1, 1, 300",
    // Slowed, so much slower and no more.
    "1000, Infinity, 0.5, 4, 60",
    "1000, Infinity, 0.1, 4, 300",
    "1000, 0.1, 0.5, 1, 600",
    // Held.
    "1000, Infinity, 0, 4, Infinity",
    "1000, 0, 1, 4, Infinity",
    "1000, 0, 0, 4, Infinity",
  })
  void shouldWaitAsLongAsTheWaitIsExplained(
      long chunkMs, double rowsPerS, double factor, int lanes, double seconds) {
    assertThat(Patience.ms(chunkMs, rowsPerS, factor, lanes))
        .isCloseTo(1_000 * seconds, within(1.0));
  }
}
