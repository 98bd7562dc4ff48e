package io.tidemark.reconciler.flow;

import static io.tidemark.reconciler.Samples.checkpoint;
import static io.tidemark.reconciler.Samples.claim;
import static io.tidemark.reconciler.Samples.command;
import static io.tidemark.reconciler.Samples.descriptor;
import static io.tidemark.reconciler.Samples.done;
import static io.tidemark.reconciler.Samples.plan;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Overtaken;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.registry.RegistryException;
import io.tidemark.schemas.serde.AvroSerde;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReconcilerTopologyTest {

  private static final String B = "orders-0123abcd";
  private static final int PARTITIONS = 8;

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

  @Test
  void shouldCompleteABackfillWhenEveryPartitionIsDone() {
    topology.plan(plan(B, 1, 3, false));
    List<Descriptor> all = descriptors(3);
    all.forEach(topology::planned);
    all.forEach(d -> topology.reported(done(d, topology.reported(claim(d)))));
    topology.settle();

    Progress p = topology.progress(B);
    assertThat(p.getState()).isEqualTo(BackfillState.COMPLETED);
    assertThat(p.getCovered()).isTrue();
    assertThat(p.getRows()).isEqualTo(3 * Samples.ROWS);
    assertThat(p.getDigest().getSum()).isEqualTo(Samples.ROWS * (1 + 2 + 3));
    assertThat(p.getDrift()).isZero();
    assertThat(topology.progressTopic().getLast()).isEqualTo(KeyValue.pair(B, p));
    assertThat(topology.directiveTopic())
        .extracting(d -> d.value.getRunState().name())
        .containsExactly("RUN");
  }

  @Test
  void shouldPublishEachChangeOfTheLedgerAtOnce() {
    Descriptor d = descriptor(B, 0, 1);
    topology.planned(d);
    long fence = topology.reported(claim(d));
    topology.reported(done(d, fence));
    topology.planned(d);

    assertThat(topology.ledgerTopic())
        .extracting(e -> e.key + " " + e.value.getState() + " " + e.value.getFence())
        .containsExactly(
            d.getPartitionId() + " PENDING -1",
            d.getPartitionId() + " RUNNING " + fence,
            d.getPartitionId() + " COMPLETED " + fence);
  }

  @Test
  void shouldSendTalliesOnlyNowAndThenAndAsTheyStand() {
    List<Descriptor> all = descriptors(50);
    all.forEach(topology::planned);
    assertThat(topology.tallyTopic()).isEmpty();

    topology.pass(LedgerProcessor.FLUSH);
    topology.pass(LedgerProcessor.FLUSH);

    List<KeyValue<String, Tally>> sent = topology.tallyTopic();
    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().key).isEqualTo(B + "|0");
    assertThat(sent.getFirst().value.getPending()).isEqualTo(50);
  }

  @Test
  void shouldCountTheZombieAndKeepTheEntryWhenAFenceIsStale() {
    topology.plan(plan(B, 1, 1, false));
    Descriptor d = descriptor(B, 0, 1);
    topology.planned(d);
    long stale = topology.reported(claim(d));
    long fence = topology.reported(claim(d));
    topology.reported(checkpoint(d, PartitionState.RUNNING, stale, 90));
    topology.settle();

    assertThat(topology.entry(d.getPartitionId()).getFence()).isEqualTo(fence);
    assertThat(topology.entry(d.getPartitionId()).getRows()).isZero();
    Progress p = topology.progress(B);
    assertThat(p.getDrift()).isEqualTo(1);
    assertThat(p.getLastDrift()).startsWith("STALE_FENCE " + d.getPartitionId());
    assertThat(p.getClaims()).isEqualTo(1);
  }

  @Test
  void shouldFindDriftWhenARecordLiesWhereItDoesNotBelong() {
    Descriptor d = descriptor(B, 0, 1);
    topology.planned(Descriptor.newBuilder(d).setQueue(4).build());
    topology.reported("another key", claim(d));
    topology.planned(Descriptor.newBuilder(d).setBackfillId("other").build());

    assertThat(topology.ledger()).isEmpty();
    assertThat(topology.tally(B).getDrift()).isEqualTo(2);
    assertThat(topology.tally(B).getLastDrift()).contains("another key");
    assertThat(topology.tally("other").getDrift()).isEqualTo(1);
  }

  @Test
  void shouldGoOnAndTellWhenRecordsAreCorrupt() {
    Descriptor d = descriptor(B, 0, 1);
    List<String> topics =
        List.of(
            TopologyFixture.TOPICS.work(Samples.DOMAIN),
            TopologyFixture.TOPICS.checkpoints(Samples.DOMAIN),
            TopologyFixture.TOPICS.plans(),
            TopologyFixture.TOPICS.workers(),
            TopologyFixture.TOPICS.commands(),
            ReconcilerTopology.tallies(TopologyFixture.TOPICS));
    for (String topic : topics) {
      topology.raw(topic, new byte[] {1, 2, 3});
      topology.raw(topic, null);
    }
    topology.planned(d);
    topology.reported(claim(d));

    assertThat(topology.entry(d.getPartitionId()).getState()).isEqualTo(PartitionState.RUNNING);
    // No value is a tombstone where records are dropped by key, and else it is none.
    assertThat(topology.malformed.count()).isEqualTo(topics.size() + 1L);
    assertThat(topology.malformed.list()).hasSize(3);
    MalformedRecord last = topology.malformed.list().getLast();
    assertThat(last.topic()).isEqualTo(topics.getLast());
    assertThat(last.offset()).isZero();
  }

  /** It is good, and passed over it would be lost: somebody has to help. */
  @Test
  void shouldStopAtARecordWhoseSchemaNoRegistryTells() {
    Plan plan = plan(B, 1, 1, false);
    byte[] ofRegistry = AvroSerde.of(Plan.class).encode(new byte[] {0, 0, 0, 0, 7}, plan);

    assertThatThrownBy(() -> topology.raw("t.plans", ofRegistry))
        .hasRootCauseInstanceOf(RegistryException.class)
        .hasStackTraceContaining("set schema.registry.url");
    assertThat(topology.malformed.count()).isZero();
  }

  @Test
  void shouldPassOverWhatANewerReleaseWrote() {
    topology.plan(Plan.newBuilder(plan(B, 1, 1, false)).setState(PlanState.UNKNOWN).build());
    topology.plan(plan("fine-00000000", 1, 1, false));
    topology.command(command("fine-00000000", CommandType.UNKNOWN));
    topology.settle();

    assertThat(topology.malformed.count()).isEqualTo(2);
    assertThat(topology.progress(B)).isNull();
    assertThat(topology.progress("fine-00000000").getState()).isEqualTo(BackfillState.RUNNING);
  }

  @Test
  void shouldObeyCommands() {
    topology.plan(plan(B, 1, 1, false));
    topology.command(command("nobody", CommandType.PAUSE));
    topology.command(command(B, CommandType.PAUSE));
    assertThat(topology.progress(B).getState()).isEqualTo(BackfillState.PAUSED);

    topology.command(command(B, CommandType.RESUME));

    assertThat(topology.directiveTopic())
        .extracting(x -> x.value.getRunState().name())
        .containsExactly("RUN", "HOLD", "RUN");
  }

  @Test
  void shouldObeyACommandOnceWhenItComesAgain() {
    Command pause = command(B, CommandType.PAUSE);
    topology.plan(plan(B, 1, 1, false));
    topology.command(pause);
    topology.command(command(B, CommandType.RESUME));

    topology.command(pause);

    assertThat(topology.progress(B).getState()).isEqualTo(BackfillState.RUNNING);
    assertThat(topology.directiveTopic())
        .extracting(x -> x.value.getRunState().name())
        .containsExactly("RUN", "HOLD", "RUN");
  }

  @Test
  void shouldTakeACommandAgainOnlyWhenItsTopicHasForgottenIt() {
    Command pause = command(B, CommandType.PAUSE);
    topology.plan(plan(B, 1, 1, false));
    topology.command(pause);
    topology.command(command(B, CommandType.RESUME));

    topology.pass(Duration.ofDays(32));
    topology.command(pause);

    assertThat(topology.progress(B).getState()).isEqualTo(BackfillState.PAUSED);
  }

  @Test
  void shouldForgetAWorkerThatIsSilentForADay() {
    topology.heartbeat(Samples.heartbeat("old", 1_000_000 - Duration.ofHours(25).toMillis()));
    topology.heartbeat(Samples.heartbeat("new", 1_000_000));

    topology.pass(Duration.ofMinutes(1));

    assertThat(topology.workers()).extracting(w -> w.getWorkerId()).containsExactly("new");
  }

  @Test
  void shouldAlertOnceAboutEachClaimThatAWorkerLost() {
    Overtaken first = new Overtaken(B, B + "/000001", 7L, "Kafka: gone", 1_000_000L);
    Overtaken second = new Overtaken(B, B + "/000002", 9L, "the sink: FENCED", 1_000_500L);
    topology.heartbeat(Samples.heartbeat("w", 1_000_000));
    topology.heartbeat(overtaken(1_000_500, first));
    topology.heartbeat(overtaken(1_001_000, first, second));
    topology.heartbeat(overtaken(1_001_500, second));

    assertThat(topology.alerts())
        .extracting(Alert::getAlertId, Alert::getKind, Alert::getBackfillId)
        .containsExactly(
            tuple("zombie/" + B + "/000001/7", "zombie", B),
            tuple("zombie/" + B + "/000002/9", "zombie", B));
  }

  private static WorkerHeartbeat overtaken(long at, Overtaken... claims) {
    return WorkerHeartbeat.newBuilder(Samples.heartbeat("w", at))
        .setOvertaken(List.of(claims))
        .build();
  }

  static LongStream seeds() {
    Long one = Long.getLong("tidemark.seed");
    return one == null ? LongStream.range(0, 12) : LongStream.of(one);
  }

  /** Each partition's own order is kept, everything else is not. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void shouldEndInTheSameLedgerWhateverTheOrderAndHoweverOftenItIsReplayed(
      long seed, @TempDir Path otherDir) {
    List<Turn> turns = turns(new Random(seed));

    play(turns, topology, new Random(seed));

    assertThat(topology.ledger())
        .hasSize(PARTITIONS)
        .allSatisfy(
            e -> {
              assertThat(e.getState()).isEqualTo(PartitionState.COMPLETED);
              assertThat(e.getRows()).isEqualTo(Samples.ROWS);
              assertThat(e.getClaims()).isEqualTo(2);
            });
    Progress p = topology.progress(B);
    assertThat(p.getState()).isEqualTo(BackfillState.COMPLETED);
    assertThat(p.getRows()).isEqualTo((long) PARTITIONS * Samples.ROWS);
    assertThat(p.getClaims()).isEqualTo(PARTITIONS);
    assertThat(p.getDrift()).isZero();
    try (TopologyFixture other = new TopologyFixture(otherDir)) {
      play(turns, other, new Random(seed + 1));
      assertThat(other.ledger()).isEqualTo(topology.ledger());
      assertThat(other.tally(B)).isEqualTo(topology.tally(B));
    }
  }

  private record Turn(Step step, Descriptor descriptor) {}

  private static List<Turn> turns(Random random) {
    List<List<Step>> scripts = new ArrayList<>();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < PARTITIONS; i++) {
      List<Step> script = new ArrayList<>(List.of(Step.CLAIM, Step.CLAIM, Step.HALF, Step.DONE));
      script.add(random.nextInt(script.size() + 1), Step.PLANNED);
      scripts.add(script);
      order.addAll(Collections.nCopies(script.size(), i));
    }
    Collections.shuffle(order, random);
    return order.stream()
        .map(i -> new Turn(scripts.get(i).removeFirst(), descriptor(B, i, 1)))
        .toList();
  }

  private static void play(List<Turn> turns, TopologyFixture topology, Random pauses) {
    topology.plan(plan(B, 1, PARTITIONS, false));
    long[] fences = new long[PARTITIONS];
    for (Turn turn : turns) {
      Descriptor d = turn.descriptor();
      int i = (int) d.getOrdinal();
      switch (turn.step()) {
        case PLANNED -> topology.planned(d);
        case CLAIM -> fences[i] = topology.reported(claim(d));
        case HALF -> topology.reported(checkpoint(d, PartitionState.RUNNING, fences[i], 50));
        case DONE -> topology.reported(done(d, fences[i]));
      }
      if (pauses.nextInt(10) == 0) {
        topology.pass(Duration.ofMillis(pauses.nextInt(300)));
      }
    }
    topology.settle();
  }

  private enum Step {
    PLANNED,
    CLAIM,
    HALF,
    DONE
  }

  private static List<Descriptor> descriptors(int count) {
    return LongStream.range(0, count).mapToObj(i -> descriptor(B, i, 1)).toList();
  }
}
