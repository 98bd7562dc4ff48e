package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.CoordinatorEffect.Forget;
import io.tidemark.core.coordinator.CoordinatorEffect.PutAlert;
import io.tidemark.core.coordinator.CoordinatorEffect.PutDecision;
import io.tidemark.core.coordinator.CoordinatorEffect.PutDirective;
import io.tidemark.core.coordinator.CoordinatorEffect.PutOrder;
import io.tidemark.core.coordinator.CoordinatorEffect.PutProgress;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.HeartbeatSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallyGone;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** A coordinator with what it wrote, and words for what happens to it. */
final class CoordinatorFixture {

  /** Boundary sum of every plan in here. */
  static final long COVERAGE = 4_711;

  private final CoordinatorSettings settings;
  private final Map<String, Plan> plans = new LinkedHashMap<>();
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final Map<String, Progress> progress = new LinkedHashMap<>();
  private final Map<String, Directive> directives = new LinkedHashMap<>();
  private final Map<String, WorkerHeartbeat> workers = new LinkedHashMap<>();
  private final Map<String, Alert> alerts = new LinkedHashMap<>();
  private final List<Decision> decisions = new ArrayList<>();
  private final List<Order> orders = new ArrayList<>();
  private Coordinator coordinator;
  private long now = 1_000_000;
  private int asked;
  private int written;

  CoordinatorFixture(int maxRunning) {
    this(CoordinatorSettings.of(maxRunning));
  }

  CoordinatorFixture(CoordinatorSettings settings) {
    this.settings = settings;
    restart();
  }

  /** A new coordinator that has what the old one wrote, and nothing else. */
  void restart() {
    coordinator =
        new Coordinator(
            settings,
            new Coordinator.Memory(
                plans.values(),
                tallies.values(),
                progress.values(),
                directives.values(),
                workers.values(),
                alerts.values()),
            now);
  }

  /** A plan of two partitions, created later than the one before. */
  void plan(String id, PlanState state, boolean sinkFinish) {
    plan(id, state, sinkFinish, p -> p);
  }

  /** The same with limits and such. */
  void plan(String id, PlanState state, boolean sinkFinish, UnaryOperator<Plan.Builder> operation) {
    now++;
    Plan had = plans.get(id);
    plans.put(
        id,
        operation
            .apply(
                Plan.newBuilder()
                    .setBackfillId(id)
                    .setName(id)
                    .setDomain("default")
                    .setSpec("")
                    .setFingerprint("")
                    .setSourceSchema("")
                    .setState(state)
                    .setQueues(2)
                    .setPartitions(state == PlanState.SEALED ? 2 : 0)
                    .setRowsEstimated(200)
                    .setCoverage(state == PlanState.SEALED ? COVERAGE : 0)
                    .setSinkFinish(sinkFinish)
                    .setDeadLettersCount(10)
                    .setDeadLettersShare(0.02)
                    .setCreatedAt(had == null ? now : had.getCreatedAt()))
            .build());
    hear(new PlanSeen(plans.get(id)));
  }

  void plan(String id) {
    plan(id, PlanState.SEALED, false);
  }

  /** Totals of queue 0; other queues have none. */
  Tally.Builder tally(String id) {
    return Tally.newBuilder(Tallies.empty(id, "default", 0));
  }

  void tally(Tally.Builder builder) {
    Tally t = builder.build();
    tallies.put(t.getBackfillId() + "|" + t.getQueue(), t);
    hear(new TallySeen(t));
  }

  /** Both partitions are done, 100 rows each. */
  Tally.Builder completed(String id) {
    return tally(id)
        .setCompleted(2)
        .setRows(200)
        .setDigest(new Digest("avro", 200L, 99L))
        .setCoverageKnown(COVERAGE)
        .setCoverageCompleted(COVERAGE)
        .setStartedAt(1_000_000L);
  }

  void command(String id, CommandType type) {
    command(id, type, Map.of());
  }

  void command(String id, CommandType type, Map<String, String> arguments) {
    asked++;
    hear(
        new CommandSeen(
            Command.newBuilder()
                .setCommandId("c" + asked)
                .setBackfillId(id)
                .setType(type)
                .setArguments(arguments)
                .setWho("ops")
                .setWhy("lunch")
                .setAt(now)
                .build()));
  }

  /** The client asks for the same once more, as it had no answer. */
  void commandAgain(String id, CommandType type, Map<String, String> arguments) {
    asked--;
    command(id, type, arguments);
  }

  /** A worker of 4 lanes that owns these queues. */
  WorkerHeartbeat.Builder beat(String worker, Integer... queues) {
    return WorkerHeartbeat.newBuilder()
        .setWorkerId(worker)
        .setDomain("default")
        .setHost("host")
        .setPid(1)
        .setVersion("")
        .setLanes(4)
        .setLanesBusy(0)
        .setQueues(List.of(queues))
        .setRowsPerS(0)
        .setCpu(0)
        .setHeapUsed(0)
        .setHeapMax(0)
        .setPressure("")
        .setStartedAt(0)
        .setAt(now);
  }

  /** A partition that a worker has been running for some minutes. */
  RunningPartition runs(String partition, long rowsRemaining, double rowsPerS, long idleMs) {
    return new RunningPartition(
        partition,
        partition.substring(0, partition.indexOf('/')),
        0L,
        rowsRemaining,
        rowsPerS,
        now - idleMs,
        now - idleMs - 300_000);
  }

  void hears(WorkerHeartbeat.Builder builder) {
    WorkerHeartbeat beat = builder.build();
    workers.put(beat.getWorkerId(), beat);
    hear(new HeartbeatSeen(beat));
  }

  /** The ledger of a queue has forgotten an archived backfill. */
  void forgets(String id, int queue) {
    tallies.remove(id + "|" + queue);
    hear(new TallyGone(id, queue));
  }

  void tick(long ms) {
    now += ms;
    hear(new Tick());
  }

  private void hear(CoordinatorEvent event) {
    List<CoordinatorEffect> effects = coordinator.on(event, now);
    written += effects.size();
    for (CoordinatorEffect effect : effects) {
      switch (effect) {
        case PutProgress e -> progress.put(e.progress().getBackfillId(), e.progress());
        case PutDirective e -> directives.put(e.directive().getBackfillId(), e.directive());
        case PutDecision e -> decisions.add(e.decision());
        case PutAlert e -> alerts.put(e.alert().getAlertId(), e.alert());
        case PutOrder e -> orders.add(e.order());
        case Forget e -> {
          plans.remove(e.backfill());
          progress.remove(e.backfill());
        }
      }
    }
  }

  Progress progress(String id) {
    return progress.get(id);
  }

  /** Whether workers were told to set no more rows aside. */
  boolean deadLettersSpent(String id) {
    return directives.get(id).getDeadLettersSpent();
  }

  /** What workers were told last. */
  Directive directed(String id) {
    return directives.get(id);
  }

  /** Whether there is a plan of it. */
  boolean planned(String id) {
    return plans.containsKey(id);
  }

  /** The run state that workers were told; null if none. */
  String directive(String id) {
    Directive d = directives.get(id);
    return d == null ? null : d.getRunState().name();
  }

  /** What workers may use, by worker id; empty if that is not limited. */
  Map<String, Share> shares(String id) {
    Map<String, Share> shares = new TreeMap<>();
    directives.get(id).getShares().forEach(s -> shares.put(s.getWorkerId(), s));
    return shares;
  }

  /** The answer to the last command. */
  Decision decision() {
    return decisions.getLast();
  }

  List<Decision> decisions() {
    return decisions;
  }

  List<Order> orders() {
    return orders;
  }

  /** Ids of the alerts that stand. */
  Set<String> alerts() {
    return alerts.values().stream()
        .filter(a -> a.getResolvedAt() == null)
        .map(Alert::getAlertId)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  Alert alert(String id) {
    return alerts.get(id);
  }

  long now() {
    return now;
  }

  /** Effects so far, a count. */
  int written() {
    return written;
  }
}
