package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.Severity;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Alerts: raised once, with what to do, and over when it is over. */
class JudgeTest {

  private final CoordinatorFixture f = new CoordinatorFixture(1);

  private long began;

  @BeforeEach
  void run() {
    f.plan("a");
    f.tally(f.tally("a").setPending(1).setRunning(1).setRows(10).setCoverageKnown(COVERAGE));
    began = f.now();
  }

  /** Ticks of a worker that runs one partition whose cursor has not moved for so long. */
  private void beats(long idleMs, int seconds) {
    for (int i = 0; i < seconds; i++) {
      f.hears(f.beat("w1", 0).setRunning(List.of(f.runs("a/000001", 100, 10, idleMs))));
      f.tick(1_000);
    }
  }

  @Test
  void shouldSayNothingWhenAllIsWell() {
    beats(500, 30);

    assertThat(f.alerts()).isEmpty();
  }

  @Test
  void shouldTellOfAPartitionThatStallsUntilItMoves() {
    beats(31_000, 1);
    assertThat(f.alerts()).containsExactly("stall/a/000001");
    assertThat(f.alert("stall/a/000001").getRemedy()).contains("w1").contains("host");

    int before = f.written();
    beats(31_000, 20);
    assertThat(f.written() - before).as("told once").isLessThan(25);

    f.restart();
    beats(31_000, 2);
    assertThat(f.alerts()).containsExactly("stall/a/000001");

    beats(100, 5);
    assertThat(f.alerts()).as("not yet calm").containsExactly("stall/a/000001");
    beats(100, 10);
    assertThat(f.alerts()).isEmpty();
    assertThat(f.alert("stall/a/000001").getResolvedAt()).isNotNull();
  }

  @Test
  void shouldTellThatNobodyWorks() {
    f.tick(5_000);
    assertThat(f.alerts()).isEmpty();

    f.tick(10_000);
    assertThat(f.alerts()).containsExactly("no-workers/a");
    assertThat(f.alert("no-workers/a").getSeverity()).isEqualTo(Severity.CRITICAL);
  }

  @Test
  void shouldTellOfFailedPartitionsDriftAndDeadLetters() {
    f.tally(
        f.tally("a")
            .setRunning(1)
            .setFailed(1)
            .setDrift(2)
            .setLastDrift("STALE_FENCE a/000001")
            .setDeadLetters(3)
            .setCoverageKnown(COVERAGE));
    f.tick(200);
    beats(500, 1);

    assertThat(f.alerts()).containsExactly("dead-letters/a", "drift/a", "failed/a");
    assertThat(f.alert("failed/a").getSeverity()).as("half of them").isEqualTo(Severity.CRITICAL);
    assertThat(f.alert("failed/a").getRemedy()).contains("tidemark retry a --failed");
  }

  @Test
  void shouldTellOfAForgottenPauseAndNotOfWorkersMeanwhile() {
    f.command("a", CommandType.PAUSE);
    f.tick(86_400_000);
    assertThat(f.alerts()).isEmpty();

    f.tick(1_000);
    assertThat(f.alerts()).containsExactly("paused/a");
    assertThat(f.alert("paused/a").getMessage()).contains("24.0 h").contains("ops: lunch");

    f.command("a", CommandType.RESUME);
    f.tick(1_000);
    for (int i = 0; i < 12; i++) {
      beats(100, 1);
    }
    assertThat(f.alerts()).isEmpty();
  }

  @Test
  void shouldSayWhatAProbeHoldsAndNotCallItAStall() {
    for (int i = 0; i < 310; i++) {
      f.hears(
          f.beat("w1", 0)
              .setRunning(List.of(f.runs("a/000001", 100, 10, 60_000)))
              .setPressures(
                  List.of(new Pressure("a", "replication lag", 11.0, 10.0, 0.0, "sink: 11 s"))));
      f.tick(1_000);
    }

    assertThat(f.progress("a").getSlowedBy()).isEqualTo("sink: 11 s");
    assertThat(f.alerts()).containsExactly("held/a");
  }

  /**
   * A worker of so many lanes, none of which has moved since the test began.
   *
   * @param factor what a probe leaves
   * @param untilS for how long in all, seconds
   */
  private void stands(int lanes, double factor, int untilS) {
    while (f.now() < began + 1_000L * untilS) {
      f.tick(1_000);
      long idleMs = f.now() - began;
      f.hears(
          f.beat("w1", 0)
              .setRunning(
                  IntStream.rangeClosed(1, lanes)
                      .mapToObj(i -> f.runs("a/%06d".formatted(i), 100, 10, idleMs))
                      .toList())
              .setPressures(
                  List.of(new Pressure("a", "load", 9.0, 10.0, factor, factor < 1 ? "load" : ""))));
    }
    f.tick(1_000);
  }

  @ParameterizedTest(name = "{0} lanes, limit {1}, factor {2}, for {3} s: {4}")
  @CsvSource({
    // Nothing explains that it stands.
    "1, off, 1, 28, ''",
    "1, off, 1, 32, stall/a/000001",
    // A limit explains half a second, however low it is.
    "1, 1000, 1, 28, ''",
    "1, 1000, 1, 32, stall/a/000001",
    "1, 1, 1, 32, stall/a/000001",
    // But 10 lanes that share one row a second each wait for 10 s.
    "10, 1, 1, 290, ''",
    "10, 1, 1, 303, stall/a/000010",
    // A probe that slows down explains so much more time, and no more.
    "1, off, 0.5, 55, ''",
    "1, off, 0.5, 63, stall/a/000001",
    "1, 1000, 0.1, 290, ''",
    "1, 1000, 0.1, 303, stall/a/000001",
    // One that holds explains that nothing moves.
    "1, off, 0, 295, ''",
    "1, off, 0, 3600, held/a",
    "1, 1000, 0, 3600, held/a",
  })
  void shouldTellOfAStallOnlyBeyondWhatALimitOrAProbeExplains(
      int lanes, String limit, double factor, int seconds, String last) {
    f.hears(f.beat("w1", 0));
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", limit));

    stands(lanes, factor, seconds);

    assertThat(f.alerts().stream().reduce("", (a, b) -> b)).isEqualTo(last);
  }

  @Test
  void shouldNotCountAHoldAgainstALaneThatIsReleased() {
    stands(1, 0, 200);
    stands(1, 0.5, 255);
    assertThat(f.alerts()).as("55 s of 60 s").isEmpty();

    stands(1, 0.5, 265);
    assertThat(f.alerts()).containsExactly("stall/a/000001");
    assertThat(f.alert("stall/a/000001").getMessage())
        .endsWith("though a probe only slows it down");
  }

  @Test
  void shouldNotCountATightLimitAgainstALaneWhenItIsLifted() {
    f.hears(f.beat("w1", 0));
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "1"));
    stands(10, 1, 200);

    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "off"));
    stands(10, 1, 205);
    assertThat(f.alerts()).as("two thirds of its patience, and 5 s of 30").isEmpty();

    stands(10, 1, 215);
    assertThat(f.alerts()).hasSize(10).contains("stall/a/000001");
  }

  @Test
  void shouldSayThatNoLaneRunsAnyThoughALimitIsSet() {
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "10"));
    for (int i = 0; i < 65; i++) {
      f.hears(f.beat("w1", 0));
      f.tick(1_000);
    }

    assertThat(f.alerts()).containsExactly("stuck/a");
  }

  @ParameterizedTest(name = "limit {0}, factor {1}: {2}")
  @CsvSource({
    "off, 1, skew/a/000001",
    // All that moves is all that may: a lane alone would have the whole limit.
    "100, 1, ''",
    // The limit is not what it lacks.
    "1000, 1, skew/a/000001",
    // Needs 8,000 s and the rest 980 s; of that a brake explains its part.
    "off, 0.5, skew/a/000001",
    "off, 0.3, ''",
    "off, 0, ''",
  })
  void shouldTellOfAPartitionThatIsLeftAlone(String limit, double factor, String alert) {
    f.hears(f.beat("w1", 0));
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", limit));
    f.tally(f.tally("a").setRunning(1).setCompleted(1).setRows(100).setCoverageKnown(COVERAGE));
    f.tick(1_000);
    for (int i = 1; i < 20; i++) {
      f.tally(
          f.tally("a")
              .setRunning(1)
              .setCompleted(1)
              .setRows(100 + 100 * i)
              .setRowsEstimated(100_000)
              .setCoverageKnown(COVERAGE));
      f.hears(
          f.beat("w1", 0)
              .setRunning(
                  List.of(f.runs("a/000001", 80_000, 10, 0), f.runs("a/000002", 100, 90, 0)))
              .setPressures(List.of(new Pressure("a", "load", 9.0, 10.0, factor, "load"))));
      f.tick(1_000);
    }

    assertThat(f.progress("a").getCriticalPartition()).isEqualTo("a/000001");
    assertThat(f.alerts().stream().reduce("", (a, b) -> b)).isEqualTo(alert);
  }
}
