package io.tidemark.core.sim;

import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.OffsetRange;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Plans every backfill with the real rules, in a few transactions, and seals it. */
final class SimPlanner {

  private final World world;
  private final List<Plan> plans = new ArrayList<>();
  private final Map<String, Descriptor> published = new LinkedHashMap<>();
  private final Map<String, Long> rows = new LinkedHashMap<>();

  SimPlanner(World world) {
    this.world = world;
  }

  /** The topic of plans: a plan comes twice, PLANNING and SEALED. */
  List<Plan> plans() {
    return plans;
  }

  /** The newest descriptors on the work topic, by partition id. */
  Map<String, Descriptor> published() {
    return published;
  }

  /** Rows of each backfill's source, by backfill id. */
  Map<String, Long> rows() {
    return rows;
  }

  void start() {
    for (int b = 0; b < world.setup().backfills(); b++) {
      plan("backfill" + b + "-0000000" + b);
    }
  }

  private void plan(String backfill) {
    Scheduler s = world.scheduler();
    PlanBuilder builder = new PlanBuilder(backfill, world.log().queues(), s.now());
    long at = 0;
    for (int p = 0; p < world.setup().partitions(); p++) {
      long to = at + s.between(1, world.setup().maxRows());
      builder.add(new Slice.Offsets(new OffsetRange(backfill, at, to)), to - at);
      at = to;
    }
    rows.put(backfill, at);
    List<Descriptor> all = builder.take();
    Plan sealed = sealed(backfill, builder);
    plans.add(Plan.newBuilder(sealed).setState(PlanState.PLANNING).setPartitions(0).build());
    long delay = 0;
    for (int from = 0; from < all.size(); ) {
      int to = Math.min(all.size(), from + s.between(1, 5));
      List<Descriptor> batch = all.subList(from, to);
      delay += s.between(1, 400);
      s.after(delay, "planner", "publishes to " + to, () -> publish(batch));
      from = to;
    }
    s.after(delay + s.between(1, 400), "planner", "seals", () -> plans.add(sealed));
  }

  /** Publishes a partition again, for its next round. */
  void retry(Descriptor failed) {
    publish(List.of(Descriptor.newBuilder(failed).setRound(failed.getRound() + 1).build()));
  }

  /** Whether a partition of that backfill was ever retried. */
  boolean retried(String backfill) {
    return published.values().stream()
        .anyMatch(d -> d.getBackfillId().equals(backfill) && d.getRound() > 0);
  }

  private void publish(List<Descriptor> batch) {
    world.log().publish(batch);
    batch.forEach(d -> published.put(d.getPartitionId(), d));
  }

  private Plan sealed(String backfill, PlanBuilder builder) {
    return Plan.newBuilder()
        .setBackfillId(backfill)
        .setName(backfill)
        .setDomain("default")
        .setSpec("")
        .setFingerprint("")
        .setSourceSchema("{}")
        .setState(PlanState.SEALED)
        .setQueues(world.log().queues())
        .setPartitions(builder.partitions())
        .setRowsEstimated(rows.get(backfill))
        .setCoverage(builder.coverage())
        .setSinkFinish(false)
        .setCreatedAt(world.scheduler().now())
        .setSealedAt(world.scheduler().now())
        .build();
  }
}
