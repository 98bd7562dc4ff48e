package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.checkpoint;
import static io.tidemark.core.worker.WorkerFixture.descriptor;
import static io.tidemark.core.worker.WorkerFixture.point;
import static io.tidemark.core.worker.WorkerFixture.ready;
import static io.tidemark.core.worker.WorkerFixture.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.FencedException;
import io.tidemark.schemas.avro.CommittedFile;
import io.tidemark.schemas.avro.Failure;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Running: reports, offsets, failures and retries (DESIGN §3.3–3.5). */
final class WorkerLaneTest {

  @Test
  void shouldReportProgressAtMostOnceAnInterval() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5);
    assertThat(w.ticksAfter(999).reported()).isEmpty();

    w.ticksAfter(1);

    assertThat(w.report("b/1").getRows()).isEqualTo(5);
    assertThat(w.report("b/1").getFence()).isEqualTo(10);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 0L));
  }

  @Test
  void shouldReportAtOnceAndPassTheDescriptorWhenThePartitionEnds() {
    WorkerFixture w = ready().runs(0, 0, "b/1").lastChunkDone("b/1", 100).ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.COMPLETED);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
    assertThat(w.core().active()).isZero();
  }

  @Test
  void shouldNotPassADescriptorBeforeAllBeforeItEnded() {
    WorkerFixture w = worker(2).knows(BACKFILL).assigned(0).recovered(0);
    w.reads(0, 0, "b/1").reads(0, 1, "b/2").ticks().commitSucceeds();

    w.lastChunkDone("b/2", 100).ticks();
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 0L));
    w.commitSucceeds().lastChunkDone("b/1", 100).ticks();

    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 2L));
  }

  @Test
  void shouldReportAgainWhenTheCommitOfAnEndFailed() {
    WorkerFixture w = ready().runs(0, 0, "b/1").lastChunkDone("b/1", 100).ticks().commitFails();

    w.ticksAfter(100);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.COMPLETED);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void shouldReportWhatChangedWhileACommitWasInFlight() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5).ticksAfter(1_000);

    w.chunkDone("b/1", 6).commitSucceeds().ticksAfter(1_000);

    assertThat(w.report("b/1").getRows()).isEqualTo(6);
  }

  @Test
  void shouldHaveOneCommitInFlightOnly() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 5).ticksAfter(1_000);

    w.chunkDone("b/1", 6).ticksAfter(1_000);

    assertThat(w.commit()).isEmpty();
  }

  @Test
  void shouldBelieveTheSinkWhenItIsAhead() {
    WorkerFixture w = ready().runs(0, 0, "b/1").opened("b/1", 40, 4).ticksAfter(1_000);

    assertThat(w.report("b/1").getRows()).isEqualTo(40);
  }

  @Test
  void shouldCompleteWhenTheSinkHasItAll() {
    WorkerFixture w = ready().runs(0, 0, "b/1").openedComplete("b/1", 100).ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.COMPLETED);
    assertThat(w.report("b/1").getRows()).isEqualTo(100);
  }

  @ParameterizedTest
  @CsvSource({"8,1", "9,0"})
  void shouldFailThePartitionWhenTheSinkWentBack(long rows, long chunks) {
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0);
    w.recovered(0, 0, 1, checkpoint("b/1", 0, PartitionState.RUNNING, 9)).runs(0, 0, "b/1");

    w.opened("b/1", rows, chunks);

    assertThat(w.effects()).containsExactly(new WorkerEffect.Abort(w.task("b/1")));
    assertThat(w.ticks().report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getCode()).isEqualTo("SINK_WENT_BACK");
  }

  @Test
  void shouldRetryAfterABackoffWhenTheFailureIsTransient() {
    WorkerFixture w = ready().runs(0, 0, "b/1").fails("b/1", FailureKind.TRANSIENT, "40001");
    assertThat(w.ticks().started()).isEmpty();

    w.ticksAfter(100);

    assertThat(w.started()).containsExactly("b/1");
    assertThat(w.starts().get(0).fence()).isEqualTo(10);
  }

  @Test
  void shouldReportRetryingWithTheCause() {
    WorkerFixture w = ready().runs(0, 0, "b/1").ticksAfter(1_000);
    w.fails("b/1", FailureKind.TRANSIENT, "40001").revoked(0);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.RETRYING);
    assertThat(w.report("b/1").getAttempt()).isEqualTo(1);
    assertThat(w.report("b/1").getError().getCode()).isEqualTo("40001");
  }

  @Test
  void shouldFailWhenAttemptsWithoutProgressAreExhausted() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 0; i < 2; i++) {
      w.fails("b/1", FailureKind.TRANSIENT, "40001").ticksAfter(1_000);
    }

    w.commitSucceeds().fails("b/1", FailureKind.TRANSIENT, "40001").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getAttempt()).isEqualTo(3);
  }

  @Test
  void shouldCountAttemptsAnewWhenTheSinkShowsProgressOnOpening() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 1; i <= 5; i++) {
      w.fails("b/1", FailureKind.TRANSIENT, "08007").ticksAfter(1_000).opened("b/1", i, i);
    }

    assertThat(w.core().active()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"OVERLOAD,53300", "UNAVAILABLE,08001"})
  void shouldCountNoAttemptWhileTheOtherSideIsAway(FailureKind kind, String code) {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 0; i < 20; i++) {
      w.fails("b/1", kind, code).ticksAfter(1_000);
    }

    assertThat(w.core().active()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({"OVERLOAD,53300", "UNAVAILABLE,08001"})
  void shouldFailWithTheCauseWhenTheOtherSideStaysAway(FailureKind kind, String code) {
    WorkerFixture w = ready().runs(0, 0, "b/1").fails("b/1", kind, code).ticksAfter(60_000);
    w.fails("b/1", kind, code).ticksAfter(1_000).fails("b/1", kind, code).ticksAfter(1_000);

    w.commitSucceeds().fails("b/1", kind, code).ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getCode()).isEqualTo(code);
  }

  @Test
  void shouldFailWhenThePartitionItselfBreaksEveryConnection() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 0; i < 3; i++) {
      w.opened("b/1", 0, 0).fails("b/1", FailureKind.UNAVAILABLE, "57P02").ticksAfter(1_000);
    }

    w.commitSucceeds().opened("b/1", 0, 0).fails("b/1", FailureKind.UNAVAILABLE, "57P02").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
  }

  @Test
  void shouldLookAgainAfterTheLongestWaitWhenOnlyThisWorkerCannot() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 0; i < 100; i++) {
      w.fails("b/1", FailureKind.LOCAL, "SECRET").ticksAfter(999);
      assertThat(w.started()).isEmpty();
      w.ticksAfter(1);
      assertThat(w.started()).containsExactly("b/1");
    }
  }

  @Test
  void shouldTellWhatThisWorkerLacksWhileItWaits() {
    WorkerFixture w = ready().runs(0, 0, "b/1").ticksAfter(1_000);
    w.fails("b/1", FailureKind.LOCAL, "SECRET").revoked(0);

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.RETRYING);
    assertThat(w.report("b/1").getAttempt()).isZero();
    assertThat(w.report("b/1").getError().getKind()).isEqualTo(FailureKind.LOCAL);
  }

  @Test
  void shouldRunOtherBackfillsWhileThisWorkerLacksSomethingForOne() {
    WorkerFixture w = ready().knows("other").reads(0, 0, "b/1").reads(0, 1, "other/1");
    w.ticks().commitSucceeds().fails("b/1", FailureKind.LOCAL, "SECRET").ticks().commitSucceeds();

    assertThat(w.started()).containsExactly("other/1");
  }

  @ParameterizedTest
  @CsvSource({"FATAL", "POISON", "UNKNOWN"})
  void shouldFailAtOnceWhenNoRetryMendsIt(FailureKind kind) {
    WorkerFixture w = ready().runs(0, 0, "b/1").fails("b/1", kind, "42501").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getKind()).isEqualTo(kind);
  }

  @Test
  void shouldClaimAgainWithItsNextReportWhenTheSinkFencedIt() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    w.fails("b/1", FailureKind.FATAL, FencedException.CODE).ticksAfter(1_000);
    assertThat(w.report("b/1").getClaim()).isTrue();

    w.commitSucceeds();

    assertThat(w.starts()).hasSize(1);
    assertThat(w.starts().get(0).fence()).isEqualTo(11);
  }

  @Test
  void shouldReportTheEndAsAClaimWhenFencedToTheLastAttempt() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    for (int i = 0; i < 2; i++) {
      w.fails("b/1", FailureKind.FATAL, FencedException.CODE).ticksAfter(1_000).commitSucceeds();
    }

    w.fails("b/1", FailureKind.FATAL, FencedException.CODE).ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getClaim()).isTrue();
  }

  @Test
  void shouldFailThePartitionAtItsLastPointWhenItsCursorIsTooLongForTheLog() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 7);
    Point tooLong = new Point(Cursor.of("é".repeat(200 << 10)), point(14, 2).totals(), List.of());

    w.on(new WorkerEvent.ChunkDone(w.task("b/1"), tooLong, false));

    assertThat(w.effects()).containsExactly(new WorkerEffect.Abort(w.task("b/1")));
    assertThat(w.ticks().report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getRows()).isEqualTo(7);
    assertThat(w.report("b/1").getError().getMessage()).contains("cursor", "384 KiB");
  }

  @Test
  void shouldFailThePartitionWhenItsFilesAreTooManyForTheLog() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    List<CommittedFile> files =
        Collections.nCopies(10_000, new CommittedFile("part-000007-0.parquet", 1L, 1L));

    w.on(new WorkerEvent.Opened(w.task("b/1"), new Point(Cursor.START, Totals.ZERO, files), false));

    assertThat(w.ticks().report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getMessage()).contains("10000 of them");
  }

  @Test
  void shouldShortenTheTextOfAFailure() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    String text = "x".repeat(3 << 20);

    w.on(new WorkerEvent.Failed(w.task("b/1"), new Failure(FailureKind.FATAL, "XX000", text, 0L)))
        .ticks();

    assertThat(w.report("b/1").getError().getMessage()).hasSize(4_000).endsWith("x…");
  }

  @Test
  void shouldNotHearATaskThatIsOver() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    w.fails("b/1", FailureKind.TRANSIENT, "40001").lastChunkDone("b/1", 100).ticks();

    assertThat(w.core().active()).isZero();
    assertThat(w.commit()).isEmpty();
  }

  @Test
  void shouldGoOnWhereTheLastRoundEndedWhenAPartitionIsRetried() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 7);
    w.fails("b/1", FailureKind.FATAL, "42501").ticks().commitSucceeds();

    w.reads(0, 1, descriptor("b/1", 1)).ticks();

    assertThat(w.report("b/1").getRows()).isEqualTo(7);
    assertThat(w.report("b/1").getAttempt()).isZero();
    assertThat(w.report("b/1").getDescriptor().getRound()).isEqualTo(1);
  }

  @Test
  void shouldGoOnWhereTheLastRoundEndedWhenAFormerOwnerHadIt() {
    WorkerFixture w = worker(1).knows(BACKFILL).assigned(0);
    w.recovered(0, 1, 1, checkpoint("b/1", 0, PartitionState.FAILED, 7));

    w.reads(0, 1, descriptor("b/1", 1)).ticks().commitSucceeds();

    assertThat(w.starts().get(0).from()).isEqualTo(point(7, 1));
  }

  @Test
  void shouldNotRepeatTheEndOfTheLastRoundWhenARetryShowsThatTheLogHasIt() {
    WorkerFixture w = ready().runs(0, 0, "b/1").chunkDone("b/1", 7);
    w.fails("b/1", FailureKind.FATAL, "42501").ticks().commitFails();

    w.reads(0, 1, descriptor("b/1", 1)).ticksAfter(1_000);

    assertThat(w.reported()).containsExactly("b/1");
    assertThat(w.report("b/1").getDescriptor().getRound()).isEqualTo(1);
    assertThat(w.report("b/1").getClaim()).isTrue();
    assertThat(w.report("b/1").getRows()).isEqualTo(7);
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 1L));
  }

  @Test
  void shouldIgnoreARetryWhenThePartitionStillRuns() {
    WorkerFixture w = ready().runs(0, 0, "b/1").reads(0, 1, descriptor("b/1", 1));

    w.lastChunkDone("b/1", 100).ticks();

    assertThat(w.reported()).containsExactly("b/1");
    assertThat(w.commit().orElseThrow().offsets()).isEqualTo(Map.of(0, 2L));
  }
}
