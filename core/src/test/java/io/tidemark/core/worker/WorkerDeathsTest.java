package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.checkpoint;
import static io.tidemark.core.worker.WorkerFixture.worker;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.PartitionState;
import org.junit.jupiter.api.Test;

/** Partitions whose owners end without a word. */
final class WorkerDeathsTest {

  @Test
  void shouldCountAnOwnerWhoseLastWordWasItsClaim() {
    WorkerFixture w = owner(2, claim("b/1", 0)).reads(0, 0, "b/1").ticks();

    assertThat(w.report("b/1").getDeaths()).isEqualTo(1);
  }

  @Test
  void shouldNotCountAnOwnerThatHadMovedTheCursorOrReleasedItsClaim() {
    Checkpoint moved = Checkpoint.newBuilder(claim("b/1", 2)).setClaim(false).setDeaths(0).build();
    assertThat(owner(2, moved).reads(0, 0, "b/1").ticks().report("b/1").getDeaths()).isZero();

    Checkpoint released =
        Checkpoint.newBuilder(claim("b/1", 2))
            .setClaim(false)
            .setState(PartitionState.PENDING)
            .build();
    assertThat(owner(2, released).reads(0, 0, "b/1").ticks().report("b/1").getDeaths()).isZero();
  }

  @Test
  void shouldRunASuspectWhenNothingElseIsToDoAndThenAlone() {
    WorkerFixture w = owner(3, claim("b/1", 1));
    w.reads(0, 0, "b/1").runs(0, 1, "b/2");
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/2");
    assertThat(w.ticksAfter(5_000).commit()).isEmpty();

    w.opened("b/2", 0, 0).lastChunkDone("b/2", 5).ticks().commitSucceeds();
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/1");
    assertThat(w.reads(0, 2, "b/3").ticks().commit()).as("it is alone").isEmpty();

    // It did not die of it: the others may run beside it.
    w.opened("b/1", 0, 0).chunkDone("b/1", 5).ticks();
    assertThat(w.report("b/3").getClaim()).isTrue();
  }

  @Test
  void shouldRunASuspectAloneAlsoWhenItIsTriedAgain() {
    WorkerFixture w = owner(3, claim("b/1", 1)).runs(0, 0, "b/1");
    w.fails("b/1", FailureKind.UNAVAILABLE, "08006").reads(0, 1, "b/2").ticks().commitSucceeds();
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/2");

    w.ticksAfter(5_000);
    assertThat(w.starts()).as("not beside another").isEmpty();
    w.opened("b/2", 0, 0).lastChunkDone("b/2", 5).ticks().commitSucceeds();
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/1");
  }

  @Test
  void shouldTryNothingAgainBesideASuspect() {
    WorkerFixture w = owner(3, claim("b/1", 1)).reads(0, 0, "b/1").runs(0, 1, "b/2");
    w.fails("b/2", FailureKind.UNAVAILABLE, "08006").ticks().commitSucceeds();
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/1");

    w.ticksAfter(5_000);
    assertThat(w.starts()).isEmpty();
    w.opened("b/1", 0, 0).chunkDone("b/1", 5).ticks();
    assertThat(w.starts()).extracting(WorkerDeathsTest::id).containsExactly("b/2");
  }

  @Test
  void shouldFailWhatWorkerAfterWorkerDiedOf() {
    WorkerFixture w = owner(1, claim("b/1", 2)).runs(0, 0, "b/1");
    assertThat(w.starts()).isEmpty();

    w.ticks();
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getCode()).isEqualTo("WORKERS_DIED");
    assertThat(w.report("b/1").getDeaths()).isEqualTo(3);
  }

  private static WorkerFixture owner(int lanes, Checkpoint last) {
    return worker(lanes).knows(BACKFILL).assigned(0).recovered(0, 0, 1, last);
  }

  /** A claim of somebody else, after so many deaths. */
  private static Checkpoint claim(String partition, int deaths) {
    return Checkpoint.newBuilder(checkpoint(partition, 0, PartitionState.RUNNING, 0))
        .setClaim(true)
        .setFence(-1)
        .setDeaths(deaths)
        .build();
  }

  private static String id(Task task) {
    return task.descriptor().getPartitionId();
  }
}
