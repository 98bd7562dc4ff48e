package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.RunningPartition;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How the lanes of a worker are shared: limits of a backfill, and fairness among several. */
final class WorkerSharesTest {

  @Test
  void shouldClaimNoMoreThanItsShareWhenABackfillHasOne() {
    WorkerFixture w = owning(4).lanes(BACKFILL, 2);
    read(w, 4).ticks();

    assertThat(w.reported()).containsExactly("b/0", "b/1");
    assertThat(w.commitSucceeds().started()).containsExactly("b/0", "b/1");
    assertThat(w.ticksAfter(2_000).started()).isEmpty();
  }

  @Test
  void shouldStopTheYoungestWhenTheShareShrinks() {
    WorkerFixture w = running(3);

    w.lanes(BACKFILL, 1);

    assertThat(w.effects())
        .containsExactly(
            new WorkerEffect.Stop(w.task("b/1")), new WorkerEffect.Stop(w.task("b/2")));
  }

  @Test
  void shouldReleaseWhatStoppedForAShareAndClaimItAgainWhenItGrows() {
    WorkerFixture w = running(2).lanes(BACKFILL, 1);

    assertThat(w.stopped("b/1").ticksAfter(1_000).report("b/1").getState())
        .isEqualTo(PartitionState.PENDING);
    w.commitSucceeds().ticksAfter(1_000);
    assertThat(w.reported()).doesNotContain("b/1");

    assertThat(w.lanes(BACKFILL, 2).ticksAfter(1_000).report("b/1").getClaim()).isTrue();
  }

  @Test
  void shouldStopNothingMoreWhenTheSameShareIsToldAgain() {
    WorkerFixture w = running(2).lanes(BACKFILL, 1);

    assertThat(w.lanes(BACKFILL, 1).effects()).isEmpty();
  }

  @Test
  void shouldPutEverythingDownWhenTheShareIsNothing() {
    WorkerFixture w = running(1);
    w.lanes(BACKFILL, 0);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Stop(w.task("b/0")));
    assertThat(w.stopped("b/0").ticksAfter(1_000).commitSucceeds().ticksAfter(1_000).started())
        .isEmpty();
    assertThat(w.core().heldBackfills()).isEmpty();
  }

  @Test
  void shouldNotRetryBeyondItsShare() {
    WorkerFixture w = running(2).fails("b/1", FailureKind.TRANSIENT, "40001").lanes(BACKFILL, 1);

    w.ticksAfter(2_000);

    assertThat(w.started()).isEmpty();
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.PENDING);
  }

  @Test
  void shouldNotStartAClaimThatASmallerShareOvertook() {
    WorkerFixture w = owning(2);
    read(w, 2).ticks().lanes(BACKFILL, 1).commitSucceeds();

    assertThat(w.started()).containsExactly("b/0");
    assertThat(w.ticksAfter(1_000).report("b/1").getState()).isEqualTo(PartitionState.PENDING);
  }

  @Test
  void shouldLetOthersHaveTheLanesThatAShareLeaves() {
    WorkerFixture w = owning(3).knows("c").lanes(BACKFILL, 1);
    read(w, 3).reads(0, 3, "c/0").reads(0, 4, "c/1").ticks();

    assertThat(w.reported()).containsExactlyInAnyOrder("b/0", "c/0", "c/1");
  }

  @Test
  void shouldShareLanesByWeightWhenBackfillsDiffer() {
    WorkerFixture w = owning(8).knows(BACKFILL, 0).knows("c", 2);
    for (int i = 0; i < 16; i++) {
      w.reads(0, i, (i < 8 ? "b/" : "c/") + i);
    }
    w.ticks();

    assertThat(w.reported()).filteredOn(p -> p.startsWith("c/")).hasSize(6);
    assertThat(w.reported()).filteredOn(p -> p.startsWith("b/")).hasSize(2);
  }

  @Test
  void shouldTellWhatItsLanesRun() {
    WorkerFixture w = running(2);
    w.ticksAfter(2_000).chunkDone("b/0", 40);

    List<RunningPartition> told = w.core().running(1);

    assertThat(told).hasSize(1);
    assertThat(told.getFirst().getPartitionId()).isEqualTo("b/0");
    assertThat(told.getFirst().getRows()).isEqualTo(40);
    assertThat(told.getFirst().getRowsRemaining()).isEqualTo(60);
    assertThat(told.getFirst().getRowsPerS()).isEqualTo(20);
    assertThat(told.getFirst().getAdvancedAt() - told.getFirst().getStartedAt()).isEqualTo(2_000);
  }

  @Test
  void shouldHoldMoreThanItsShareWhenItsHoldIsOver() {
    WorkerFixture w = running(2).directed(BACKFILL, RunState.HOLD);
    w.stopped("b/0").stopped("b/1").ticksAfter(1_000).commitSucceeds();

    w.lanes(BACKFILL, 1).ticksAfter(1_000);

    assertThat(w.reported()).containsExactly("b/0");
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 0L));
  }

  private static WorkerFixture owning(int lanes) {
    return worker(lanes).knows(BACKFILL).assigned(0).recovered(0);
  }

  private static WorkerFixture read(WorkerFixture w, int partitions) {
    for (int i = 0; i < partitions; i++) {
      w.reads(0, i, "b/" + i);
    }
    return w;
  }

  private static WorkerFixture running(int partitions) {
    return read(owning(partitions), partitions).ticks().commitSucceeds();
  }
}
