package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.RunningPartition;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Limits are shared out among backfills and workers. */
class LimitsTest {

  private final CoordinatorFixture f =
      new CoordinatorFixture(
          new CoordinatorSettings(3, Map.of("postgresql://db:5432/shop", 9_000.0), 1_000));

  private final Map<String, Double> rows = new TreeMap<>();

  private List<RunningPartition> running(String backfill, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> f.runs(backfill + "/" + i, 1_000, 100, 0))
        .toList();
  }

  @Test
  void shouldLimitNobodyByDefault() {
    f.plan("a");
    f.hears(f.beat("w1", 0).setRunning(running("a", 2)));
    f.tick(1_000);

    assertThat(f.shares("a")).isEmpty();
    assertThat(f.progress("a").getRowsPerSLimit()).isNull();
  }

  @Test
  void shouldGiveRowsWhereLanesRun() {
    f.plan("a");
    f.hears(f.beat("w1", 0).setRunning(running("a", 3)));
    f.hears(f.beat("w2", 1).setRunning(running("a", 1)));
    f.hears(f.beat("w3"));
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "4000"));
    f.tick(1_000);

    assertThat(f.shares("a").get("w1").getRowsPerS()).isEqualTo(3_000);
    assertThat(f.shares("a").get("w2").getRowsPerS()).isEqualTo(1_000);
    assertThat(f.shares("a").get("w3").getRowsPerS()).isZero();
    assertThat(f.shares("a").get("w1").getLanes()).isNegative();

    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "off"));
    f.tick(1_000);

    assertThat(f.shares("a")).isEmpty();
  }

  @Test
  void shouldLetEveryLaneMoveHoweverLowTheLimit() {
    f.plan("a");
    f.hears(f.beat("w1", 0).setRunning(running("a", 1)));
    f.hears(f.beat("w2", 1).setRunning(running("a", 500)));
    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "1"));
    f.tick(1_000);

    assertThat(f.shares("a").get("w1").getRowsPerS()).isEqualTo(0.01);
  }

  @Test
  void shouldShareASourceByPriorityAmongItsBackfills() {
    f.plan(
        "a", PlanState.SEALED, false, p -> p.setSourceKey("postgresql://db/shop").setPriority(5));
    // As an older planner wrote it.
    f.plan(
        "b",
        PlanState.SEALED,
        false,
        p -> p.setSourceKey("postgresql://DB:5432/shop").setPriority(2));
    f.plan("c", PlanState.SEALED, false, p -> p.setSourceKey("postgresql://other/shop"));
    f.hears(f.beat("w1", 0).setRunning(running("a", 1)));
    f.tick(1_000);

    assertThat(f.shares("a").get("w1").getRowsPerS()).isEqualTo(6_000);
    assertThat(f.shares("b").get("w1").getRowsPerS()).isEqualTo(3_000);
    assertThat(f.shares("c")).isEmpty();

    f.command("a", CommandType.THROTTLE, Map.of("rows_per_second", "1000"));
    f.tick(1_000);

    assertThat(f.shares("a").get("w1").getRowsPerS()).isEqualTo(1_000);
    assertThat(f.shares("b").get("w1").getRowsPerS()).isEqualTo(8_000);
  }

  /** Two backfills of the same source, of the same priority. */
  private void sharing() {
    for (String id : List.of("a", "b")) {
      f.plan(id, PlanState.SEALED, false, p -> p.setSourceKey("postgresql://db/shop"));
    }
    f.hears(f.beat("w1", 0).setRunning(List.of(f.runs("a/1", 1, 1, 0), f.runs("b/1", 1, 1, 0))));
    f.tick(1_000);
  }

  /** Lets both move for a while, at most as fast as they can and as they may. */
  private void move(int seconds, double a, double b) {
    for (int s = 0; s < seconds; s++) {
      rows.merge("a", Math.min(a, limit("a")), Double::sum);
      rows.merge("b", Math.min(b, limit("b")), Double::sum);
      rows.keySet().forEach(this::tell);
      f.hears(f.beat("w1", 0).setRunning(List.of(f.runs("a/1", 1, 1, 0), f.runs("b/1", 1, 1, 0))));
      f.tick(1_000);
      assertThat(limit("a") + limit("b")).isCloseTo(9_000, within(0.02));
    }
  }

  private void tell(String id) {
    f.tally(
        f.tally(id)
            .setRunning(2)
            .setRows(rows.get(id).longValue())
            .setRowsEstimated(100_000_000)
            .setCoverageKnown(COVERAGE));
  }

  private double limit(String id) {
    return f.shares(id).get("w1").getRowsPerS();
  }

  @Test
  void shouldGiveWhatOneLeavesOfASourceToTheOtherAndBackWhenItWantsIt() {
    sharing();
    move(20, 1e9, 1e9);
    assertThat(limit("a")).as("both want all").isEqualTo(4_500);

    move(60, 500, 1e9);
    assertThat(limit("a")).as("what it uses, and room").isBetween(600.0, 750.0);
    int before = f.written();
    move(60, 510, 1e9);
    assertThat(f.written() - before).as("progress twice a second, and few shares").isLessThan(130);

    move(15, 1e9, 1e9);
    assertThat(limit("a")).as("wants all again").isEqualTo(4_500);

    move(60, 0, 1e9);
    assertThat(limit("a")).as("enough to show that it goes on").isCloseTo(450, within(45.0));
    move(15, 1e9, 1e9);
    assertThat(limit("a")).isEqualTo(4_500);
  }

  @ParameterizedTest(name = "{0} rows/s of 4500")
  @ValueSource(ints = {450, 1_500, 2_500, 3_000, 3_500, 3_700, 4_000, 4_200, 4_500})
  void shouldUseNineTenthsOfASourceHoweverLittleOneOfTwoCanMove(int rowsPerS) {
    sharing();
    move(120, rowsPerS, 1e9);
    double before = rows.get("a") + rows.get("b");

    move(60, rowsPerS, 1e9);

    assertThat((rows.get("a") + rows.get("b") - before) / 60).isGreaterThan(0.9 * 9_000);
  }

  @Test
  void shouldLeaveRoomForBothWhenNeitherUsesItsPart() {
    sharing();
    move(60, 300, 1_000);

    assertThat(limit("a")).isGreaterThan(1_000);
    assertThat(limit("b")).isGreaterThan(4_000);
  }

  @Test
  void shouldNotTakeAPauseForLackOfDemand() {
    sharing();
    move(20, 1e9, 1e9);
    f.command("a", CommandType.PAUSE);
    rows.merge("b", 9_000.0 * 3_600, Double::sum);
    tell("b");
    f.tick(3_600_000);
    f.command("a", CommandType.RESUME);
    f.hears(f.beat("w1", 0).setRunning(List.of(f.runs("a/1", 1, 1, 0), f.runs("b/1", 1, 1, 0))));
    f.tick(1_000);

    assertThat(limit("a")).isEqualTo(4_500);
  }

  @Test
  void shouldGiveLanesToThoseThatRunItAlreadyAndNoMoreThanThereIsWork() {
    f.plan("a", PlanState.SEALED, false, p -> p.setLanes(3));
    f.tally(f.tally("a").setPending(1).setRunning(2).setCoverageKnown(COVERAGE));
    f.hears(f.beat("w1", 1));
    f.hears(f.beat("w2", 0).setRunning(running("a", 2)));
    f.tick(1_000);

    assertThat(f.shares("a").get("w2").getLanes()).isEqualTo(3);
    assertThat(f.shares("a").get("w1").getLanes()).isZero();
    assertThat(f.progress("a").getLanesLimit()).isEqualTo(3);
  }
}
