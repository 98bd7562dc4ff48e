package io.tidemark.core.coordinator;

import static io.tidemark.core.coordinator.CoordinatorFixture.COVERAGE;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.coordinator.Shares.Claimant;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.RunningPartition;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Limits are shared out among backfills and workers. */
class LimitsTest {

  private final CoordinatorFixture f =
      new CoordinatorFixture(
          new CoordinatorSettings(3, Map.of("postgresql://db/shop", 9_000.0), 1_000));

  private List<RunningPartition> running(String backfill, int count) {
    return IntStream.range(0, count)
        .mapToObj(i -> f.runs(backfill + "/" + i, 1_000, 100, 0))
        .toList();
  }

  @Test
  void shouldFillTheSmallestFirstWhenABudgetIsDivided() {
    assertThat(
            Shares.divide(
                100,
                List.of(
                    new Claimant("small", 1, 10),
                    new Claimant("light", 1, Double.POSITIVE_INFINITY),
                    new Claimant("heavy", 2, Double.POSITIVE_INFINITY))))
        .isEqualTo(Map.of("small", 10.0, "light", 30.0, "heavy", 60.0));
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
  void shouldShareASourceByPriorityAmongItsBackfills() {
    f.plan(
        "a", PlanState.SEALED, false, p -> p.setSourceKey("postgresql://db/shop").setPriority(5));
    f.plan(
        "b", PlanState.SEALED, false, p -> p.setSourceKey("postgresql://db/shop").setPriority(2));
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
