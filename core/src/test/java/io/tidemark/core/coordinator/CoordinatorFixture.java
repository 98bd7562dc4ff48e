package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.CoordinatorEffect.PutDirective;
import io.tidemark.core.coordinator.CoordinatorEffect.PutProgress;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Digest;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A coordinator with what it wrote, and words for what happens to it. */
final class CoordinatorFixture {

  /** Boundary sum of every plan in here. */
  static final long COVERAGE = 4_711;

  private final int maxRunning;
  private final Map<String, Plan> plans = new LinkedHashMap<>();
  private final Map<String, Tally> tallies = new LinkedHashMap<>();
  private final Map<String, Progress> progress = new LinkedHashMap<>();
  private final Map<String, Directive> directives = new LinkedHashMap<>();
  private Coordinator coordinator;
  private long now = 1_000_000;
  private int written;

  CoordinatorFixture(int maxRunning) {
    this.maxRunning = maxRunning;
    restart();
  }

  /** A new coordinator that has what the old one wrote, and nothing else. */
  void restart() {
    coordinator =
        new Coordinator(
            maxRunning, plans.values(), tallies.values(), progress.values(), directives.values());
  }

  /** A plan of two partitions, created later than the one before. */
  void plan(String id, PlanState state, boolean sinkFinish) {
    now++;
    Plan had = plans.get(id);
    plans.put(
        id,
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
            .setCreatedAt(had == null ? now : had.getCreatedAt())
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
    hear(
        new CommandSeen(
            Command.newBuilder()
                .setCommandId("c")
                .setBackfillId(id)
                .setType(type)
                .setWho("ops")
                .setWhy("lunch")
                .setAt(now)
                .build()));
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

  /** The run state that workers were told; null if none. */
  String directive(String id) {
    Directive d = directives.get(id);
    return d == null ? null : d.getRunState().name();
  }

  /** Effects so far, a count. */
  int written() {
    return written;
  }
}
