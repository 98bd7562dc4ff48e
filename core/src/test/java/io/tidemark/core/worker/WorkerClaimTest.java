package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.checkpoint;
import static io.tidemark.core.worker.WorkerFixture.descriptor;
import static io.tidemark.core.worker.WorkerFixture.point;
import static io.tidemark.core.worker.WorkerFixture.ready;
import static io.tidemark.core.worker.WorkerFixture.worker;
import static io.tidemark.core.worker.WorkerFixture.workerWithLookahead;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Claiming: which descriptors, when, and what must have happened before (DESIGN §3.2). */
final class WorkerClaimTest {

  @Test
  void shouldRecoverWhenAQueueIsAssigned() {
    WorkerFixture w = worker(1).assigned(3);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Recover(Set.of(3)));
  }

  @Test
  void shouldNotRecoverAgainWhenAnOwnedQueueIsAssigned() {
    WorkerFixture w = worker(1).assigned(3).assigned(3);

    assertThat(w.effects()).isEmpty();
  }

  @Test
  void shouldRecoverAfreshWhenALeavingQueueIsAssigned() {
    WorkerFixture w = ready().runs(0, 0, "b/1").revoking(0);

    w.assigned(0);

    assertThat(w.effects())
        .containsExactly(
            new WorkerEffect.Abort(w.task("b/1")), new WorkerEffect.Recover(Set.of(0)));
  }

  @Test
  void shouldClaimInTheTransactionThatCarriesTheQueuesOffset() {
    WorkerFixture w = ready().reads(0, 4, "b/1").ticks();

    assertThat(w.report("b/1").getClaim()).isTrue();
    assertThat(w.report("b/1").getFence()).isEqualTo(-1);
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.RUNNING);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 4L));
    assertThat(w.started()).isEmpty();
  }

  @Test
  void shouldStartTheLaneWithTheOffsetAsFenceWhenTheClaimIsCommitted() {
    WorkerFixture w = ready().reads(0, 4, "b/1").ticks().commitSucceeds();

    assertThat(w.starts()).containsExactly(new Task(1, descriptor("b/1", 0), 10, Point.START));
  }

  @Test
  void shouldClaimNothingWhenTheQueueIsNotRecovered() {
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0).reads(0, 0, "b/1").ticks();

    assertThat(w.commit()).isEmpty();
  }

  @Test
  void shouldClaimNothingWhenThePlanOrTheDirectiveIsMissing() {
    WorkerFixture w = worker(1).assigned(0).recovered(0).reads(0, 0, "b/1").ticks();
    assertThat(w.reported()).isEmpty();

    w.directed(BACKFILL, RunState.RUN).ticks();

    assertThat(w.reported()).isEmpty();
    assertThat(w.core().heldBackfills()).containsExactly(BACKFILL);
  }

  @Test
  void shouldClaimAgainAfterAPauseWhenTheCommitFailed() {
    WorkerFixture w = ready().reads(0, 0, "b/1").ticks().commitFails();
    assertThat(w.ticksAfter(50).reported()).isEmpty();

    w.ticksAfter(50);

    assertThat(w.reported()).containsExactly("b/1");
  }

  @Test
  void shouldClaimNoMoreThanTheLanesWant() {
    WorkerFixture w = worker(2).knows(BACKFILL).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "b/3").ticks();

    assertThat(w.reported()).containsExactly("b/1", "b/2");
  }

  @Test
  void shouldLetQueuesTakeTurns() {
    WorkerFixture w = worker(2).knows(BACKFILL).assigned(0).recovered(0).assigned(1).recovered(1);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(1, 0, "b/3").ticks();

    assertThat(w.reported()).containsExactlyInAnyOrder("b/1", "b/3");
  }

  @Test
  void shouldClaimAheadWhenPartitionsAreTiny() {
    WorkerFixture w = ready();
    for (int i = 0; i < 40; i++) {
      w.reads(0, i, "b/" + i);
    }
    for (int i = 0; i < 8; i++) {
      w.ticks().commitSucceeds().lastChunkDone("b/" + i, 1);
    }

    w.ticks().commitSucceeds();

    assertThat(w.core().active()).isEqualTo(3);
  }

  @Test
  void shouldClaimNoMoreOfABackfillWhenManyOfItsPartitionsWait() {
    WorkerFixture w = ready();
    for (int i = 0; i < 6; i++) {
      w.reads(0, i, "b/" + i);
    }
    for (int i = 0; i < 4; i++) {
      w.ticks().commitSucceeds().fails("b/" + i, FailureKind.OVERLOAD, "53300");
    }

    w.ticks();

    assertThat(w.reported()).doesNotContain("b/4");
    assertThat(w.knows("c").reads(0, 6, "c/1").ticks().reported()).contains("c/1");
  }

  @Test
  void shouldSkipWhatAFormerOwnerEnded() {
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0);
    w.recovered(0, 0, 2, checkpoint("b/1", 0, PartitionState.COMPLETED, 9));

    w.reads(0, 0, "b/1").reads(0, 1, "b/2").ticks();

    assertThat(w.reported()).containsExactly("b/2");
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void shouldGoOnWhereTheFormerOwnerWas() {
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0);
    w.recovered(0, 0, 1, checkpoint("b/1", 0, PartitionState.RUNNING, 9));

    w.runs(0, 0, "b/1");

    assertThat(w.starts().get(0).from()).isEqualTo(point(9, 1));
  }

  @Test
  void shouldTakeTheSliceOfTheCheckpointWhenASplitHadShrunkIt() {
    Descriptor half =
        Descriptor.newBuilder(descriptor("b/1", 0))
            .setSlice(new OffsetRange("b/1", 0L, 50L))
            .build();
    Checkpoint shrunk =
        Checkpoint.newBuilder(checkpoint("b/1", 0, PartitionState.RUNNING, 9))
            .setDescriptor(half)
            .build();
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0).recovered(0, 0, 1, shrunk);

    w.runs(0, 0, "b/1");

    assertThat(w.starts().get(0).descriptor()).isEqualTo(half);
  }

  @Test
  void shouldPassADescriptorThatNobodyCanRead() {
    WorkerFixture w = ready().on(new WorkerEvent.QueueRead(0, 8)).ticksAfter(1_000);

    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 8L));
  }

  @Test
  void shouldPauseReadingWhenEnoughWaitsAndGoOnWhenHalfIsLeft() {
    WorkerFixture w = workerWithLookahead(2).knows(BACKFILL).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2");
    assertThat(w.effects()).isEmpty();
    assertThat(w.reads(0, 2, "b/3").effects()).containsExactly(new WorkerEffect.PauseReading(0));
    w.ticks().commitSucceeds().lastChunkDone("b/1", 1);
    assertThat(w.ticks().effects()).doesNotContain(new WorkerEffect.ResumeReading(0));

    w.commitSucceeds().ticks();

    assertThat(w.effects()).contains(new WorkerEffect.ResumeReading(0));
  }

  @Test
  void shouldLeaveInTheLogWhatIsHeldBeyondTheLookaheadAndReadItAgainWhenItMayRun() {
    WorkerFixture w = workerWithLookahead(1).knows("other").assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "other/1").reads(0, 3, "b/3");
    w.ticks().commitSucceeds().lastChunkDone("other/1", 1).ticks();
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 0L));
    w.commitSucceeds();

    w.knows(BACKFILL);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Reread(0, 1));
    w.reads(0, 1, "b/2").reads(0, 2, "other/1").reads(0, 3, "b/3").ticks();
    for (String partition : List.of("b/1", "b/2", "b/3")) {
      w.commitSucceeds().lastChunkDone(partition, 1).ticks();
    }
    assertThat(w.reported()).as("other/1 is not run again").containsExactly("b/3");
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 4L));
  }

  @Test
  void shouldCommitNoOffsetPastWhatWasLeftInTheLog() {
    WorkerFixture w = workerWithLookahead(1).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "b/3");

    w.directed(BACKFILL, RunState.CANCEL);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Reread(0, 1));
    w.ticks();
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
    w.commitSucceeds().reads(0, 1, "b/2").reads(0, 2, "b/3").ticks();
    assertThat(w.reported()).containsExactly("b/2", "b/3");
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 3L));
  }

  @Test
  void shouldNotReadAgainFromFurtherOnWhileItReadsAgain() {
    WorkerFixture w = workerWithLookahead(1).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "c/1").reads(0, 3, "c/2");
    assertThat(w.knows(BACKFILL).effects()).containsExactly(new WorkerEffect.Reread(0, 1));
    w.reads(0, 1, "b/2");

    assertThat(w.knows("c").effects()).isEmpty();
  }

  @Test
  void shouldReadAgainFromTheFirstWhenTwoBackfillsMayRunAtOnce() {
    WorkerFixture w = workerWithLookahead(1).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "c/1").reads(0, 3, "c/2");

    assertThat(w.knows(BACKFILL).effects()).containsExactly(new WorkerEffect.Reread(0, 1));
    assertThat(w.knows("c").effects()).as("3 comes behind 1").isEmpty();
  }

  @Test
  void shouldReadOnWhenWhatWaitsIsHeld() {
    WorkerFixture w = workerWithLookahead(1).assigned(0).recovered(0);

    w.reads(0, 0, "b/1").reads(0, 1, "b/2").reads(0, 2, "b/3");

    assertThat(w.effects()).isEmpty();
  }
}
