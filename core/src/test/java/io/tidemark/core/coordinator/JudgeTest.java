package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.Severity;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alerts: raised once, with what to do, and over when it is over. */
class JudgeTest {

  private final CoordinatorFixture f = new CoordinatorFixture(1);

  @BeforeEach
  void run() {
    f.plan("a");
    f.tally(f.tally("a").setPending(1).setRunning(1).setRows(10).setCoverageKnown(COVERAGE));
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

  @Test
  void shouldTellOfAPartitionThatIsLeftAlone() {
    f.tally(f.tally("a").setRunning(1).setCompleted(1).setRows(10_000).setCoverageKnown(COVERAGE));
    f.tick(1_000);
    for (int i = 1; i < 20; i++) {
      f.tally(
          f.tally("a")
              .setRunning(1)
              .setCompleted(1)
              .setRows(10_000 + 100 * i)
              .setRowsEstimated(100_000)
              .setCoverageKnown(COVERAGE));
      f.hears(
          f.beat("w1", 0)
              .setRunning(
                  List.of(f.runs("a/000001", 80_000, 10, 0), f.runs("a/000002", 100, 90, 0))));
      f.tick(1_000);
    }

    assertThat(f.progress("a").getCriticalPartition()).isEqualTo("a/000001");
    assertThat(f.alerts()).containsExactly("skew/a/000001");
  }
}
