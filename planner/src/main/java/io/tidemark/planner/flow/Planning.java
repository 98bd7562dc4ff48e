package io.tidemark.planner.flow;

import io.tidemark.connectors.Route;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.plan.PlanBuilder;
import io.tidemark.core.plan.SliceTooLongException;
import io.tidemark.core.plan.SourceKey;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.spec.LimitSettings;
import io.tidemark.schemas.spec.Spec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/**
 * Plans one backfill (DESIGN §3.1). Deterministic and resumable: descriptors are published in
 * order, in bounded transactions, and a planner that finds some of them there goes on behind the
 * last one.
 */
public final class Planning {

  /** Descriptors in one transaction. */
  private static final int BATCH = 1_000;

  private static final int SAMPLE = 10;

  private final Spec spec;
  private final Route route;
  private final String backfill;

  /**
   * A plan for a spec.
   *
   * @param route source and sink, opened from the same spec
   */
  public Planning(Spec spec, Route route) {
    this.spec = spec;
    this.route = route;
    this.backfill = spec.backfillId();
  }

  /**
   * Checks that source and sink are there and fit each other, and that the source can be cut as the
   * spec wants; touches nothing.
   *
   * @throws TaskException naming what does not fit
   */
  public void check() throws TaskException {
    SourceShape shape = route.source().shape();
    // Names the key and its index: a table that cannot be cut must be known before a sink is made.
    List<String> unused = route.source().explain(RowFormat.RECORDS);
    route.sink().check(shape);
    route.format();
  }

  /**
   * What {@link #publish} would do.
   *
   * @param nanos a clock that only runs forward, nanoseconds
   * @throws TaskException if the source fails
   * @throws IllegalStateException if its slices lose or double rows
   */
  public DryRun dryRun(int queues, LongSupplier nanos) throws TaskException {
    long start = nanos.getAsLong();
    PlanBuilder builder = new PlanBuilder(backfill, queues, 0);
    List<String> sample = new ArrayList<>();
    split(
        Optional.empty(),
        s -> {
          builder.add(s.slice(), s.rowsEstimated());
          if (builder.pending() >= BATCH) {
            sample(builder.take(), sample);
          }
        });
    sample(builder.take(), sample);
    builder.end();
    Duration took = Duration.ofNanos(nanos.getAsLong() - start);
    RowFormat format = route.format();
    return new DryRun(
        backfill,
        SourceKey.of(spec.source()),
        builder.partitions(),
        builder.rows(),
        builder.heaviest(),
        builder.unevenness(),
        builder.imbalance(),
        took,
        format,
        route.obstacles(),
        Stream.concat(route.source().explain(format).stream(), route.sink().explain().stream())
            .toList(),
        sample);
  }

  private void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException {
    try {
      route.source().split(after, out);
    } catch (SliceTooLongException e) {
      throw new TaskException(FailureKind.FATAL, "", "source: " + e.getMessage(), e);
    }
  }

  private static void sample(List<Descriptor> batch, List<String> sample) {
    for (Descriptor d : batch) {
      if (sample.size() < SAMPLE) {
        sample.add(
            "%s  queue %d  ~%d rows  %s"
                .formatted(d.getPartitionId(), d.getQueue(), d.getRowsEstimated(), d.getSlice()));
      }
    }
  }

  /**
   * Publishes the plan, or what is missing of it.
   *
   * @param now time that a new plan carries, milliseconds since the epoch
   * @throws TaskException if the source fails, the id stands for another spec, the backfill is or
   *     was cancelled or is being archived, or the plan is new to the log but the sink holds
   *     something of the backfill
   */
  public PlanOutcome publish(PlanLog log, long now) throws TaskException {
    Optional<Plan> existing = log.plan();
    if (existing.isPresent()) {
      refuseAnotherSpec(existing.get());
      refuseStopped(log, existing.get());
      if (existing.get().getState() == PlanState.SEALED) {
        return new PlanOutcome(existing.get(), 0, Optional.empty());
      }
    } else {
      // No worker of this log can have written yet, so nothing of this backfill may be there.
      route.sink().checkUnused(backfill);
    }
    SourceShape shape = route.source().shape();
    route.sink().prepare(shape);
    Plan open = existing.orElseGet(() -> opened(shape, log.queues(), createdAt(log, now)));
    if (open.getQueues() != log.queues()) {
      throw TaskException.fatal(
          "backfill %s was begun with %d queues, the work topic now has %d; give the spec a new name"
              .formatted(backfill, open.getQueues(), log.queues()));
    }
    PlanBuilder builder = new PlanBuilder(backfill, log.queues(), open.getCreatedAt());
    List<Descriptor> before = log.descriptors();
    before.forEach(builder::published);
    if (existing.isEmpty()) {
      log.publish(List.of(), open);
    }
    Optional<Slice> last =
        before.isEmpty()
            ? Optional.empty()
            : Optional.of(Slice.of(before.get(before.size() - 1).getSlice()));
    try {
      split(
          last,
          s -> {
            builder.add(s.slice(), s.rowsEstimated());
            if (builder.pending() >= BATCH) {
              stopIfTold(log, open);
              List<Descriptor> batch = builder.take();
              log.publish(batch, counted(open, builder));
            }
          });
    } catch (StoppedException e) {
      throw e.reason;
    }
    refuseStopped(log, open);
    List<Descriptor> rest = builder.take();
    builder.end();
    Plan sealed = sealed(counted(open, builder), now);
    log.publish(rest, sealed);
    return new PlanOutcome(
        sealed,
        builder.partitions() - before.size(),
        Optional.of(new PlanOutcome.Balance(builder.unevenness(), builder.imbalance())));
  }

  private void refuseAnotherSpec(Plan plan) throws TaskException {
    if (!plan.getFingerprint().equals(spec.fingerprint())) {
      throw TaskException.fatal(
          "backfill id "
              + backfill
              + " already stands for another spec (the fingerprints share 8 digits); rename this"
              + " one");
    }
  }

  /** Carries a refusal out of a source's walk over its slices. */
  private static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final transient TaskException reason;

    StoppedException(TaskException reason) {
      super(reason);
      this.reason = reason;
    }
  }

  private void stopIfTold(PlanLog log, Plan open) {
    try {
      refuseStopped(log, open);
    } catch (TaskException e) {
      throw new StoppedException(e);
    }
  }

  /** Nobody completes the plan of what was cancelled: it would only make more to cancel. */
  private void refuseStopped(PlanLog log, Plan plan) throws TaskException {
    Directive directive = log.directive().orElse(null);
    // What is older is about an archived plan of the same id.
    if (directive == null || directive.getAt() < plan.getCreatedAt()) {
      return;
    }
    switch (directive.getRunState()) {
      case CANCEL ->
          throw TaskException.fatal(
              "backfill %s was %s, and that is final; to copy once more, tidemark archive %s, then plan the same spec again"
                  .formatted(backfill, directive.getReason(), backfill));
      case FORGET ->
          throw TaskException.fatal(
              "backfill %s is being archived; plan it again when tidemark status does not list it any more"
                  .formatted(backfill));
      case RUN, HOLD, UNKNOWN -> {}
    }
  }

  /** Later than all that was planned under this id before, whatever the clocks say. */
  private static long createdAt(PlanLog log, long now) {
    return log.directive()
        .filter(d -> d.getRunState() == RunState.FORGET)
        .map(d -> Math.max(now, d.getAt() + 1))
        .orElse(now);
  }

  private Plan opened(SourceShape shape, int queues, long now) {
    LimitSettings limits = spec.operation().limits();
    return Plan.newBuilder()
        .setBackfillId(backfill)
        .setName(spec.name())
        .setDomain(spec.domain())
        .setSpec(spec.text())
        .setFingerprint(spec.fingerprint())
        .setSourceSchema(shape.schema().toString())
        .setState(PlanState.PLANNING)
        .setQueues(queues)
        .setPartitions(0)
        .setRowsEstimated(0)
        .setCoverage(0)
        .setSinkFinish(route.sink().needsFinish())
        .setDeadLettersCount(spec.deadLetters().share() == 0 ? 0 : spec.deadLetters().count())
        .setDeadLettersShare(spec.deadLetters().share())
        .setCreatedAt(now)
        .setSourceKey(SourceKey.of(spec.source()))
        .setRowsPerS(orNull(limits.rowsPerSecond()))
        .setSourceRowsPerS(orNull(limits.sourceRowsPerSecond()))
        .setLanes(limits.lanes().isPresent() ? limits.lanes().getAsInt() : null)
        .setPriority(spec.operation().priority())
        .setApproval(spec.operation().approval())
        .setWindow(spec.operation().window().map(Object::toString).orElse(""))
        .setChunkTargetMs(spec.chunk().target().toMillis())
        .build();
  }

  private static Double orNull(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }

  private static Plan counted(Plan plan, PlanBuilder builder) {
    return Plan.newBuilder(plan)
        .setPartitions(builder.partitions())
        .setRowsEstimated(builder.rows())
        .setCoverage(builder.coverage())
        .build();
  }

  private static Plan sealed(Plan plan, long now) {
    return Plan.newBuilder(plan).setState(PlanState.SEALED).setSealedAt(now).build();
  }
}
