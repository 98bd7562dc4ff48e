package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.RunState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Planner processes over the real {@link PlanBuilder}: each publishes a backfill's partitions in a
 * few transactions and seals the plan; one that starts fences the one before it, replays what was
 * published, and goes on behind it.
 */
final class SimPlanner {

  /** Descriptors in one transaction. */
  private static final int BATCH = 3;

  private final World world;
  private final List<Plan> plans = new ArrayList<>();
  private final Map<String, Plan> newest = new HashMap<>();
  private final Map<String, Descriptor> published = new LinkedHashMap<>();
  private final Map<String, List<Descriptor>> work = new HashMap<>();
  private final Map<String, List<Slice>> sources = new LinkedHashMap<>();
  private final Map<String, Integer> epochs = new HashMap<>();
  private final Map<String, Planner> processes = new HashMap<>();

  SimPlanner(World world) {
    this.world = world;
    world.backfills().forEach(b -> sources.put(b, source(b)));
  }

  /** How a backfill's source splits: the same each time somebody asks. */
  private List<Slice> source(String backfill) {
    List<Slice> slices = new ArrayList<>();
    long at = 0;
    for (int p = 0; p < world.setup().partitions(); p++) {
      long to = at + world.scheduler().between(1, world.setup().maxRows());
      slices.add(new Slice.Offsets(new OffsetRange(backfill, at, to)));
      at = to;
    }
    return slices;
  }

  /** The topic of plans: each comes several times, PLANNING and in the end SEALED. */
  List<Plan> plans() {
    return plans;
  }

  /** The newest descriptors on the work topic, by partition id. */
  Map<String, Descriptor> published() {
    return published;
  }

  /** Rows of a backfill's source. */
  long rows(String backfill) {
    return sources.get(backfill).stream().mapToLong(SimPlanner::rows).sum();
  }

  private static long rows(Slice slice) {
    OffsetRange range = ((Slice.Offsets) slice).range();
    return range.getTo() - range.getFrom();
  }

  void start() {
    sources.keySet().forEach(this::start);
  }

  /** Starts a planner for a backfill, whether or not there is one. */
  void start(String backfill) {
    if (world.mutation() != Mutation.PLANNER_IS_NOT_FENCED) {
      epochs.merge(backfill, 1, Integer::sum);
    }
    Planner process = new Planner(backfill, epochs.getOrDefault(backfill, 0));
    processes.put(backfill, process);
    process.later(process::read);
  }

  /** Ends a backfill's planner at once, wherever it is. */
  void crash(String backfill) {
    processes.get(backfill).dead = true;
  }

  /** Publishes a partition again, for its next round. */
  void retry(Descriptor next) {
    append(List.of(next));
  }

  /** Whether a partition of that backfill was ever retried. */
  boolean retried(String backfill) {
    return published.values().stream()
        .anyMatch(d -> d.getBackfillId().equals(backfill) && d.getRound() > 0);
  }

  private void append(List<Descriptor> batch) {
    world.log().publish(batch);
    batch.forEach(d -> published.put(d.getPartitionId(), d));
  }

  /** One process; between any two of its steps it may die, or another may fence it. */
  private final class Planner {
    private final String backfill;
    private final int epoch;
    private PlanBuilder builder;
    private long createdAt;
    private boolean dead;

    Planner(String backfill, int epoch) {
      this.backfill = backfill;
      this.epoch = epoch;
    }

    private void later(Runnable step) {
      world
          .scheduler()
          .after(
              world.scheduler().between(1, 400),
              "planner " + backfill + "/" + epoch,
              "goes on",
              () -> {
                if (dead) {
                  return;
                }
                if (world.log().available()) {
                  step.run();
                } else {
                  later(step);
                }
              });
    }

    private void read() {
      Plan plan = newest.get(backfill);
      createdAt = plan == null ? world.scheduler().now() : plan.getCreatedAt();
      if (cancelled() || (plan != null && plan.getState() == PlanState.SEALED)) {
        return;
      }
      builder = new PlanBuilder(backfill, world.log().queues(), createdAt);
      work.getOrDefault(backfill, List.of()).forEach(builder::published);
      if (plan == null) {
        publish(List.of(), PlanState.PLANNING);
      }
      later(this::next);
    }

    /** Whether it has heard that there is nothing to complete; a cancellation may come later. */
    private boolean cancelled() {
      Directive directive = world.reconciler().directives().get(backfill);
      return directive != null && directive.getRunState() == RunState.CANCEL;
    }

    private void next() {
      if (cancelled()) {
        return;
      }
      List<Slice> source = sources.get(backfill);
      int from = (int) builder.partitions();
      int to = Math.min(source.size(), from + BATCH);
      source.subList(from, to).forEach(s -> builder.add(s, rows(s)));
      boolean last = to == source.size();
      if (last && world.mutation() == Mutation.PLANNER_SEALS_BEFORE_THE_LAST_BATCH) {
        world.scheduler().after(1_000, "planner", "is late", () -> append(builder.take()));
        publish(List.of(), PlanState.SEALED);
        return;
      }
      boolean published = publish(builder.take(), last ? PlanState.SEALED : PlanState.PLANNING);
      if (published && !last) {
        later(this::next);
      }
    }

    /** One transaction; false if another planner has taken over. */
    private boolean publish(List<Descriptor> batch, PlanState state) {
      if (epoch != epochs.getOrDefault(backfill, 0)) {
        return false;
      }
      append(batch);
      work.computeIfAbsent(backfill, k -> new ArrayList<>()).addAll(batch);
      Plan plan = plan(state);
      plans.add(plan);
      newest.put(backfill, plan);
      return true;
    }

    private Plan plan(PlanState state) {
      return Plan.newBuilder()
          .setBackfillId(backfill)
          .setName(backfill)
          .setDomain("default")
          .setSpec("")
          .setFingerprint("")
          .setSourceSchema("{}")
          .setState(state)
          .setQueues(world.log().queues())
          .setPartitions(builder.partitions())
          .setRowsEstimated(builder.rows())
          .setCoverage(builder.coverage())
          .setSinkFinish(world.sink().kind() == SimSink.Kind.MANIFEST)
          .setDeadLettersCount(Long.MAX_VALUE)
          .setCreatedAt(createdAt)
          .setSealedAt(state == PlanState.SEALED ? world.scheduler().now() : null)
          .build();
    }
  }
}
