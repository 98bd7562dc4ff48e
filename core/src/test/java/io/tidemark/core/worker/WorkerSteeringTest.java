package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.checkpoint;
import static io.tidemark.core.worker.WorkerFixture.ready;
import static io.tidemark.core.worker.WorkerFixture.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Directives, and queues that go (DESIGN §3.6, I8, I9). */
final class WorkerSteeringTest {

  @ParameterizedTest
  @EnumSource(names = {"HOLD", "CANCEL"})
  void shouldStopTheLaneWhenItsBackfillMayNotRun(RunState directed) {
    WorkerFixture w = ready().runs(0, 0, "b/1").directed(BACKFILL, directed);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Stop(w.task("b/1")));
  }

  @Test
  void shouldReleaseThePartitionWhenItStoppedForAHold() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5);
    w.directed(BACKFILL, RunState.HOLD).stopped("b/1").ticksAfter(1_000);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.PENDING);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 0L));
    assertThat(w.commitSucceeds().ticksAfter(1_000).commit()).isEmpty();
  }

  @Test
  void shouldClaimAgainWhenTheHoldIsOver() {
    WorkerFixture w = ready().runs(0, 0, "b/1").directed(BACKFILL, RunState.HOLD).stopped("b/1");

    w.directed(BACKFILL, RunState.RUN).ticks();

    assertThat(w.report("b/1").getClaim()).isTrue();
  }

  @Test
  void shouldNotStartAClaimThatAHoldOvertook() {
    WorkerFixture w = ready().reads(0, 0, "b/1").ticks();

    w.directed(BACKFILL, RunState.HOLD).commitSucceeds();
    assertThat(w.started()).isEmpty();

    assertThat(w.ticksAfter(1_000).report("b/1").getState()).isEqualTo(PartitionState.PENDING);
  }

  @Test
  void shouldNotRetryWhatIsHeld() {
    WorkerFixture w = ready().runs(0, 0, "b/1").fails("b/1", FailureKind.TRANSIENT, "40001");

    w.directed(BACKFILL, RunState.HOLD).ticksAfter(2_000);

    assertThat(w.started()).isEmpty();
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.PENDING);
  }

  @Test
  void shouldCancelWhatWaits() {
    WorkerFixture w = ready().reads(0, 0, "b/1").directed(BACKFILL, RunState.CANCEL).ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
    assertThat(w.report("b/1").getClaim()).isTrue();
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void shouldPassWhatIsLeftOfAnArchivedBackfillWithoutAWord() {
    WorkerFixture before = ready().directed(BACKFILL, RunState.FORGET).reads(0, 0, "b/1").ticks();
    WorkerFixture after = ready().reads(0, 0, "b/1").directed(BACKFILL, RunState.FORGET).ticks();

    for (WorkerFixture w : List.of(before, after)) {
      assertThat(w.started()).isEmpty();
      assertThat(w.commit().orElseThrow().records()).isEmpty();
      assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
      assertThat(w.core().heldBackfills()).isEmpty();
    }
  }

  /** Ids are the same when the spec is planned again: only the time tells the two apart. */
  private static Descriptor planned(String partition, long at) {
    return Descriptor.newBuilder(WorkerFixture.descriptor(partition, 0)).setPlannedAt(at).build();
  }

  @Test
  void shouldHoldWhatIsPlannedAgainUntilItIsDirectedToRun() {
    WorkerFixture w = ready().directed(BACKFILL, RunState.FORGET, 100);

    w.reads(0, 0, planned("b/1", 100)).reads(0, 1, planned("b/1", 101)).ticks();
    assertThat(w.commit().orElseThrow().offsets()).as("one is done").isEqualTo(Map.of(0, 1L));
    w.commitSucceeds().planned(BACKFILL, 5, 101).ticks();
    assertThat(w.reported()).isEmpty();
    assertThat(w.core().heldBackfills()).containsExactly(BACKFILL);

    w.directed(BACKFILL, RunState.RUN, 102).ticks().commitSucceeds();
    assertThat(w.starts().getFirst().descriptor().getPlannedAt()).isEqualTo(101);
  }

  @Test
  void shouldBeginAtTheStartWhateverAnArchivedPartitionHadDone() {
    Checkpoint failed = checkpoint("b/1", 0, PartitionState.FAILED, 30);
    Checkpoint done = checkpoint("b/2", 0, PartitionState.COMPLETED, 100);
    WorkerFixture tellsLate =
        worker(2)
            .knows(BACKFILL)
            .assigned(0)
            .recovered(0, 0, 9, failed, done)
            .directed(BACKFILL, RunState.FORGET, 100)
            .planned(BACKFILL, 5, 101)
            .directed(BACKFILL, RunState.RUN, 102);
    WorkerFixture readsLate =
        worker(2)
            .knows(BACKFILL)
            .directed(BACKFILL, RunState.FORGET, 100)
            .planned(BACKFILL, 5, 101)
            .directed(BACKFILL, RunState.RUN, 102)
            .assigned(0)
            .recovered(0, 0, 9, failed, done);

    for (WorkerFixture w : List.of(tellsLate, readsLate)) {
      w.reads(0, 1, planned("b/1", 101)).reads(0, 2, planned("b/2", 101));
      w.ticks().commitSucceeds();
      assertThat(w.starts()).extracting(Task::from).containsExactly(Point.START, Point.START);
    }
  }

  @Test
  void shouldPassDescriptorsFromBeforeThePlanThatRuns() {
    WorkerFixture w = worker(1).planned(BACKFILL, 5, 101).directed(BACKFILL, RunState.RUN, 102);
    w.assigned(0).recovered(0);

    w.reads(0, 0, planned("b/1", 100)).reads(0, 1, planned("b/2", 101)).ticks().commitSucceeds();

    assertThat(w.started()).containsExactly("b/2");
  }

  @Test
  void shouldNotRunANewPlanByTheDirectiveOfTheArchivedOne() {
    WorkerFixture w = ready().planned(BACKFILL, 5, 101);

    w.reads(0, 0, planned("b/1", 101)).ticks();
    assertThat(w.reported()).isEmpty();

    // Read late, and about what was there before.
    w.directed(BACKFILL, RunState.FORGET, 100).ticks();
    assertThat(w.reported()).isEmpty();
    w.directed(BACKFILL, RunState.RUN, 102).ticks();
    assertThat(w.reported()).containsExactly("b/1");
  }

  @Test
  void shouldNotCancelANewPlanByTheDirectiveOfTheArchivedOne() {
    WorkerFixture w = ready().planned(BACKFILL, 5, 101);
    w.reads(0, 0, planned("b/1", 101)).ticks();

    // A backlog of directives, read behind the plan.
    w.directed(BACKFILL, RunState.CANCEL, 90).directed(BACKFILL, RunState.RUN, 95).ticks();
    assertThat(w.reported()).isEmpty();
    w.directed(BACKFILL, RunState.FORGET, 100).directed(BACKFILL, RunState.RUN, 102).ticks();
    assertThat(w.reported()).containsExactly("b/1");
    assertThat(w.commitSucceeds().started()).containsExactly("b/1");
  }

  @Test
  void shouldNotRunAnArchivedPlanThatIsReadLate() {
    WorkerFixture w = worker(1).directed(BACKFILL, RunState.FORGET, 100);
    w.planned(BACKFILL, 5, 7).directed(BACKFILL, RunState.RUN, 102).assigned(0).recovered(0);

    w.reads(0, 0, planned("b/1", 101)).ticks();
    assertThat(w.commit()).isEmpty();

    w.planned(BACKFILL, 5, 101).ticks();
    assertThat(w.reported()).containsExactly("b/1");
  }

  @Test
  void shouldReadAgainWhatWasLeftInTheLogOfABackfillThatIsArchivedAndPlannedAgain() {
    WorkerFixture w = WorkerFixture.workerWithLookahead(1).planned(BACKFILL, 5, 1);
    w.assigned(0).recovered(0);
    w.reads(0, 0, planned("b/1", 1)).reads(0, 1, planned("b/2", 1)).reads(0, 2, planned("b/1", 9));

    w.directed(BACKFILL, RunState.FORGET, 8);
    assertThat(w.effects()).containsExactly(new WorkerEffect.Reread(0, 1));
    w.reads(0, 1, planned("b/2", 1)).reads(0, 2, planned("b/1", 9)).reads(0, 3, planned("b/2", 9));
    w.planned(BACKFILL, 5, 9).directed(BACKFILL, RunState.RUN, 10);
    assertThat(w.effects()).containsExactly(new WorkerEffect.Reread(0, 3));
    w.reads(0, 3, planned("b/2", 9)).ticks();

    assertThat(w.reported()).containsExactly("b/1");
    w.commitSucceeds().lastChunkDone("b/1", 100).ticksAfter(100).commitSucceeds();
    assertThat(w.started()).containsExactly("b/2");
  }

  @Test
  void shouldCancelWhatIsReadAfterTheDirective() {
    WorkerFixture w = ready().directed(BACKFILL, RunState.CANCEL).reads(0, 0, "b/1").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
  }

  @Test
  void shouldCancelWhatRanOnceItStopped() {
    WorkerFixture w = ready().runs(0, 0, "b/1").directed(BACKFILL, RunState.CANCEL);

    w.stopped("b/1").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
    assertThat(w.report("b/1").getFence()).isEqualTo(10);
  }

  @ParameterizedTest
  @EnumSource(names = {"TRANSIENT", "OVERLOAD"})
  void shouldCancelWhatFailedWhileStopping(FailureKind kind) {
    WorkerFixture w = ready().runs(0, 0, "b/1").directed(BACKFILL, RunState.CANCEL);

    w.fails("b/1", kind, "08006").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
  }

  @Test
  void shouldCancelAClaimInFlightWhetherItSucceedsOrNot() {
    WorkerFixture committed = ready().reads(0, 0, "b/1").ticks();
    WorkerFixture refused = ready().reads(0, 0, "b/1").ticks();

    committed.directed(BACKFILL, RunState.CANCEL).commitSucceeds().ticksAfter(100);
    refused.directed(BACKFILL, RunState.CANCEL).commitFails().ticksAfter(100);

    assertThat(committed.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
    assertThat(refused.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
  }

  @Test
  void shouldHoldABackfillWhoseDirectiveItDoesNotKnow() {
    WorkerFixture w = ready().runs(0, 0, "b/1");

    w.directed(BACKFILL, RunState.UNKNOWN);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Stop(w.task("b/1")));
    assertThat(w.stopped("b/1").reads(0, 1, "b/2").ticksAfter(1_000).started()).isEmpty();
  }

  /** The claim may be in the log all the same, and make the former fence a stale one. */
  @Test
  void shouldNotSpeakUnderItsFormerFenceWhenANewClaimIsInDoubt() {
    Checkpoint before = checkpoint("b/1", 0, PartitionState.RUNNING, 9);
    WorkerFixture w =
        worker(1).knows(BACKFILL).assigned(0).recovered(0, 0, 1, before).reads(0, 0, "b/1").ticks();

    w.commitFails().directed(BACKFILL, RunState.CANCEL).ticksAfter(100);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.CANCELLED);
    assertThat(w.report("b/1").getClaim()).isTrue();
  }

  @Test
  void shouldStopLanesAndClaimNothingWhenTheQueueIsAboutToGo() {
    WorkerFixture w = ready().runs(0, 0, "b/1").reads(0, 1, "b/2").revoking(0);
    assertThat(w.effects()).containsExactly(new WorkerEffect.Stop(w.task("b/1")));
    assertThat(w.core().busy(Set.of(0))).isTrue();

    w.stopped("b/1").ticksAfter(1_000);

    assertThat(w.core().busy(Set.of(0))).isFalse();
    assertThat(w.reported()).containsExactly("b/1");
  }

  @Test
  void shouldAbortWhatStillRunsAndReportItWhenTheQueueGoes() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5).revoking(0).revoked(0);

    assertThat(w.effects()).first().isEqualTo(new WorkerEffect.Abort(w.task("b/1")));
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.PENDING);
    assertThat(w.report("b/1").getRows()).isEqualTo(5);
    assertThat(w.core().queues()).isEmpty();
    assertThat(w.core().active()).isZero();
  }

  @Test
  void shouldReportTheLastWordOnAQueueEvenRightAfterAFailedCommit() {
    WorkerFixture w = ready().runs(0, 0, "b/1").lastChunkDone("b/1", 100).ticks().commitFails();

    w.revoked(0);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.COMPLETED);
  }

  @Test
  void shouldWriteNothingOfAQueueThatWasLost() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5).lost(0);
    assertThat(w.effects()).containsExactly(new WorkerEffect.Abort(w.task("b/1")));

    w.chunkDone("b/1", 6).ticksAfter(1_000);

    assertThat(w.commit()).isEmpty();
  }

  @Test
  void shouldNotStartAClaimWhoseQueueWasLostMeanwhile() {
    WorkerFixture w = ready().reads(0, 0, "b/1").ticks().lost(0).assigned(0);

    w.commitSucceeds();

    assertThat(w.started()).isEmpty();
    assertThat(w.core().active()).isZero();
  }

  @Test
  void shouldKeepOtherQueuesWhenOneGoes() {
    WorkerFixture w = WorkerFixture.worker(2).knows(BACKFILL);
    w.assigned(0).recovered(0).assigned(1).recovered(1);
    w.reads(0, 0, "b/1").reads(1, 0, "b/2").ticks().commitSucceeds();

    w.revoking(0);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Stop(w.task("b/1")));
    assertThat(w.core().busy(Set.of(1))).isTrue();
  }

  @Test
  void shouldClaimNothingMoreWhenShuttingDown() {
    WorkerFixture w = ready().runs(0, 0, "b/1").reads(0, 1, "b/2").shutsDown();
    assertThat(w.effects()).isEqualTo(List.of(new WorkerEffect.Stop(w.task("b/1"))));

    w.stopped("b/1").assigned(1).recovered(1).reads(1, 0, "b/3").ticksAfter(1_000);

    assertThat(w.reported()).containsExactly("b/1");
  }

  @Test
  void shouldIgnoreASecondAnswerToRecover() {
    WorkerFixture w = ready().reads(0, 0, "b/1").ticks().commitSucceeds();

    w.recovered(0, 5, 5).lastChunkDone("b/1", 100).ticks();

    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void shouldRefuseAnAnswerToACommitThatNobodyAskedFor() {
    assertThatIllegalStateException().isThrownBy(() -> ready().commitFails());
  }
}
