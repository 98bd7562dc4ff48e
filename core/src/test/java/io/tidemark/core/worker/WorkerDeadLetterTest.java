package io.tidemark.core.worker;

import static io.tidemark.core.worker.WorkerFixture.BACKFILL;
import static io.tidemark.core.worker.WorkerFixture.ready;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that are refused (DESIGN §3.5): first in the log, then passed; the fixture allows two. */
class WorkerDeadLetterTest {

  @Test
  void shouldLetTheLanePassOnlyOnceTheLogHasTheRow() {
    WorkerFixture w = ready().runs(0, 0, "b/1");

    w.refused("b/1");
    assertThat(w.effects()).isEmpty();
    w.ticks();
    assertThat(w.commit().orElseThrow().letters()).hasSize(1);
    assertThat(w.commit().orElseThrow().offsets()).containsOnlyKeys(0);
    w.commitSucceeds();

    assertThat(w.effects()).containsExactly(new WorkerEffect.Pass(w.task("b/1")));
  }

  @Test
  void shouldSayItAgainWhenTheCommitFailed() {
    WorkerFixture w = ready().runs(0, 0, "b/1").refused("b/1").ticks().commitFails();

    w.ticksAfter(1_000);

    assertThat(w.commit().orElseThrow().letters()).hasSize(1);
    assertThat(w.commitSucceeds().effects()).contains(new WorkerEffect.Pass(w.task("b/1")));
  }

  @Test
  void shouldNotLetItPassAgainWithTheNextCommit() {
    WorkerFixture w = ready().runs(0, 0, "b/1").refused("b/1").ticks().commitSucceeds();

    w.on(new WorkerEvent.ChunkDone(w.task("b/1"), passed(1), false)).ticksAfter(1_000);

    assertThat(w.commit().orElseThrow().letters()).isEmpty();
    assertThat(w.report("b/1").getDeadLetters()).isEqualTo(1);
    assertThat(w.commitSucceeds().effects()).isEmpty();
  }

  @Test
  void shouldFailThePartitionWithTheCauseWhenTheBudgetIsSpentByItself() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    w.on(new WorkerEvent.ChunkDone(w.task("b/1"), passed(2), false));

    w.refused("b/1");

    assertThat(w.effects()).containsExactly(new WorkerEffect.Abort(w.task("b/1")));
    w.ticks();
    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
    assertThat(w.report("b/1").getError().getMessage())
        .startsWith("out of range")
        .contains("deadLetters allows no more");
  }

  @Test
  void shouldFailThePartitionWhenTheCoordinatorSaysThatTheBudgetIsSpent() {
    WorkerFixture w = ready().runs(0, 0, "b/1");
    w.on(new WorkerEvent.Directed(BACKFILL, RunState.RUN, true, WorkerEvent.Directed.ALL_LANES, 0));

    w.refused("b/1").ticks();

    assertThat(w.report("b/1").getState()).isEqualTo(PartitionState.FAILED);
  }

  @Test
  void shouldForgetTheRowWhenTheLaneStoppedInstead() {
    WorkerFixture w = ready().runs(0, 0, "b/1").refused("b/1").ticks();

    w.directed(BACKFILL, RunState.HOLD).stopped("b/1").commitSucceeds();

    assertThat(w.effects()).isEmpty();
    assertThat(w.ticksAfter(1_000).commit().orElseThrow().letters()).isEmpty();
  }

  private static Point passed(long letters) {
    return new Point(Cursor.of(letters), new Totals(0, 0, 0, "", letters, letters), List.of());
  }
}
