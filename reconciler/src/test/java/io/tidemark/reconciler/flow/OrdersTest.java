package io.tidemark.reconciler.flow;

import static io.tidemark.reconciler.Samples.checkpoint;
import static io.tidemark.reconciler.Samples.claim;
import static io.tidemark.reconciler.Samples.command;
import static io.tidemark.reconciler.Samples.descriptor;
import static io.tidemark.reconciler.Samples.done;
import static io.tidemark.reconciler.Samples.plan;
import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ledgers are ordered to do: to try failed partitions again, and to forget a backfill. */
class OrdersTest {

  private static final String B = "orders-0123abcd";

  @TempDir private Path stateDir;
  private TopologyFixture topology;

  @BeforeEach
  void start() {
    topology = new TopologyFixture(stateDir);
  }

  @AfterEach
  void stop() {
    topology.close();
  }

  /** A backfill that is over, since its first partition failed; the second is done. */
  private void failed(Descriptor failed, Descriptor done) {
    topology.plan(plan(B, 1, 2, false));
    topology.planned(failed);
    topology.planned(done);
    for (Descriptor d : List.of(failed, done)) {
      long fence = topology.reported(claim(d));
      topology.reported(
          d.equals(failed) ? checkpoint(d, PartitionState.FAILED, fence, 0) : done(d, fence));
    }
    topology.settle();
    assertThat(topology.progress(B).getState()).hasToString("FAILED");
  }

  private Decision decisionOnARetryOf(String partition) {
    topology.command(
        Command.newBuilder(command(B, CommandType.RETRY))
            .setArguments(Map.of("partition", partition))
            .build());
    topology.settle();
    return topology.decisions().getLast();
  }

  @Test
  void shouldRefuseARetryOfOnePartitionAndChangeNothingWhenItsLedgerHasItNotFailed() {
    Descriptor failed = descriptor(B, 0, 1);
    Descriptor done = descriptor(B, 1, 1);
    failed(failed, done);
    Long ended = topology.progress(B).getEndedAt();

    Decision ofDone = decisionOnARetryOf(done.getPartitionId());
    Decision ofNone = decisionOnARetryOf(B + "/000009");

    assertThat(List.of(ofDone, ofNone)).noneMatch(Decision::getAccepted);
    assertThat(ofDone.getAnswer()).startsWith(done.getPartitionId() + " is COMPLETED");
    assertThat(ofNone.getAnswer()).startsWith("there is no partition " + B + "/000009");
    assertThat(topology.progress(B).getState()).hasToString("FAILED");
    assertThat(topology.progress(B).getEndedAt()).isEqualTo(ended);
    assertThat(topology.republished()).isEmpty();

    assertThat(decisionOnARetryOf(failed.getPartitionId()).getAccepted()).isTrue();
    assertThat(topology.progress(B).getState()).hasToString("RUNNING");
    assertThat(topology.republished()).hasSize(1);
  }

  @Test
  void shouldPublishFailedPartitionsAgainWhenARetryIsAccepted() {
    Descriptor failed = descriptor(B, 0, 1);
    Descriptor done = descriptor(B, 1, 1);
    failed(failed, done);

    topology.command(command(B, CommandType.RETRY));
    topology.settle();

    assertThat(topology.republished())
        .singleElement()
        .satisfies(
            d -> {
              assertThat(d.getPartitionId()).isEqualTo(failed.getPartitionId());
              assertThat(d.getRound()).isEqualTo(1);
            });
    assertThat(topology.entry(failed.getPartitionId()).getState())
        .isEqualTo(PartitionState.PENDING);
    assertThat(topology.entry(done.getPartitionId()).getState())
        .isEqualTo(PartitionState.COMPLETED);
    assertThat(topology.progress(B).getState()).hasToString("RUNNING");
    assertThat(topology.decisions()).singleElement().matches(Decision::getAccepted);

    assertThat(topology.tally(B).getDrift()).as("its descriptor came back").isZero();
  }

  @Test
  void shouldLeaveTombstonesAndADirectiveWhenABackfillIsArchived() {
    Descriptor d = descriptor(B, 0, 1);

    archived(d);

    assertThat(topology.ledger()).isEmpty();
    assertThat(topology.tombstones())
        .containsExactlyInAnyOrder(
            "t.ledger.default " + d.getPartitionId(),
            "t.checkpoints.default " + d.getPartitionId(),
            "t.tallies " + B + "|0",
            "t.plans " + B,
            "t.progress " + B);
    assertThat(topology.directive(B).getRunState()).hasToString("FORGET");
    assertThat(topology.malformed.count()).isZero();

    long later = topology.directive(B).getAt() + 1;
    topology.plan(Plan.newBuilder(plan(B, 1, 1, false)).setCreatedAt(later).build());
    Descriptor again = Descriptor.newBuilder(d).setPlannedAt(later).build();
    topology.planned(again);
    topology.settle();
    assertThat(topology.directive(B).getRunState()).hasToString("RUN");
    assertThat(topology.entry(d.getPartitionId()).getState()).isEqualTo(PartitionState.PENDING);
    topology.reported(claim(again));
    // Behind the tombstone, which the fixture does not count.
    topology.reported(done(again, topology.entry(d.getPartitionId()).getFence()));
    topology.settle();
    assertThat(topology.progress(B).getState()).hasToString("COMPLETED");
    assertThat(topology.progress(B).getDrift()).isZero();
  }

  private void archived(Descriptor d) {
    topology.plan(plan(B, 1, 1, false));
    topology.planned(d);
    topology.reported(done(d, topology.reported(claim(d))));
    topology.settle();
    topology.command(command(B, CommandType.ARCHIVE));
    topology.settle();
    assertThat(topology.progress(B)).isNull();
  }

  @Test
  void shouldForgetWhatAPlannerDealtThatDidNotHearOfTheArchive() {
    Descriptor d = descriptor(B, 0, 1);
    archived(d);
    Descriptor ghost = descriptor(B, 7, 1);
    topology.planned(ghost);
    topology.tombstones();
    topology.plan(plan(B, 1, 8, false));
    topology.settle();

    assertThat(topology.ledger()).isEmpty();
    assertThat(topology.tally(B)).isNull();
    assertThat(topology.tombstones())
        .contains("t.ledger.default " + ghost.getPartitionId())
        .doesNotContain("t.checkpoints.default " + ghost.getPartitionId());
  }

  @Test
  void shouldEndASecondRunWhateverTheLedgerStillHasOfTheFirst() {
    Descriptor d = descriptor(B, 0, 1);
    archived(d);
    topology.planned(descriptor(B, 7, 1)); // read late: its plan was dropped before
    long later = topology.directive(B).getAt() + 1;
    Descriptor again = Descriptor.newBuilder(d).setPlannedAt(later).build();
    topology.planned(again); // the order comes behind it

    topology.plan(Plan.newBuilder(plan(B, 1, 1, false)).setCreatedAt(later).build());
    topology.settle();

    assertThat(topology.ledger())
        .extracting(e -> e.getDescriptor().getPartitionId())
        .containsExactly(again.getPartitionId());
    assertThat(topology.progress(B).getPending()).isEqualTo(1);
    topology.reported(claim(again));
    topology.reported(done(again, topology.entry(d.getPartitionId()).getFence()));
    topology.settle();
    assertThat(topology.progress(B).getState()).hasToString("COMPLETED");
  }
}
