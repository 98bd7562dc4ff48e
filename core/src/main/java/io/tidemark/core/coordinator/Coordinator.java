package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.CoordinatorEffect.PutDirective;
import io.tidemark.core.coordinator.CoordinatorEffect.PutProgress;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.Tally;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Steers all backfills: admits them, sums their tallies into progress, proves completion. Pure:
 * time comes with the event, what is to be written comes back as effects. Its memory is what it
 * wrote (plans, tallies, progress, directives), so a restart and a live run are one path (I10).
 */
public final class Coordinator {

  /**
   * How many looks in a row may find a gap before it counts: half a minute of ticks. Counted, not
   * timed: a clock that jumps, or a process that was stopped, must not fail a backfill.
   */
  static final int GAP_LOOKS = 150;

  private final int maxRunning;
  private final Map<String, Backfill> backfills = new TreeMap<>();

  /**
   * A coordinator that goes on from what an earlier one wrote.
   *
   * @param maxRunning backfills admitted at the same time, at least 1
   */
  public Coordinator(
      int maxRunning,
      Collection<Plan> plans,
      Collection<Tally> tallies,
      Collection<Progress> progress,
      Collection<Directive> directives) {
    if (maxRunning < 1) {
      throw new IllegalArgumentException("max.running.backfills must be at least 1");
    }
    this.maxRunning = maxRunning;
    plans.forEach(p -> of(p.getBackfillId()).plan = p);
    tallies.forEach(t -> of(t.getBackfillId()).tallies.put(t.getQueue(), t));
    progress.forEach(p -> of(p.getBackfillId()).restored(p));
    directives.forEach(d -> of(d.getBackfillId()).directive = d);
  }

  /**
   * Hears of an event.
   *
   * @param now milliseconds since the epoch
   * @return what to write, in order
   */
  public List<CoordinatorEffect> on(CoordinatorEvent event, long now) {
    List<CoordinatorEffect> out = new ArrayList<>();
    switch (event) {
      case PlanSeen e -> {
        Backfill b = of(e.plan().getBackfillId());
        b.plan = e.plan();
        evaluate(b, now, out);
        admit(now, out);
      }
      // Tallies arrive in bursts; progress is written at the next tick.
      case TallySeen e -> of(e.tally().getBackfillId()).tallied(e.tally());
      case CommandSeen e -> {
        command(e.command(), now, out);
        admit(now, out);
      }
      case Tick e -> {
        backfills.values().forEach(b -> evaluate(b, now, out));
        admit(now, out);
      }
    }
    return out;
  }

  private Backfill of(String id) {
    return backfills.computeIfAbsent(id, k -> new Backfill());
  }

  /** Lets the oldest waiting backfills run, as far as the limit allows. */
  private void admit(long now, List<CoordinatorEffect> out) {
    long running =
        backfills.values().stream()
            .filter(b -> b.state == BackfillState.RUNNING || b.state == BackfillState.FINISHING)
            .count();
    List<Backfill> waiting =
        backfills.values().stream()
            .filter(b -> b.plan != null && b.state == BackfillState.WAITING && !b.cancelling())
            .sorted(Comparator.comparingLong(b -> b.plan.getCreatedAt()))
            .toList();
    for (Backfill b : waiting) {
      if (running >= maxRunning) {
        b.to(BackfillState.WAITING, "waits for one of " + maxRunning + " places", now, out);
        continue;
      }
      running++;
      b.to(BackfillState.RUNNING, "", now, out);
      b.direct(RunState.RUN, "", now, out);
    }
  }

  private void command(Command c, long now, List<CoordinatorEffect> out) {
    Backfill b = backfills.get(c.getBackfillId());
    if (b == null || b.plan == null || Backfill.ended(b.state)) {
      return;
    }
    // Nothing takes a cancellation back: some partitions may already have obeyed it. And nothing
    // stops a backfill whose rows are all in.
    boolean tooLate = b.cancelling() || b.state == BackfillState.FINISHING;
    if (tooLate && c.getType() != CommandType.SINK_FINISHED) {
      return;
    }
    String because = c.getWho() + (c.getWhy().isEmpty() ? "" : ": " + c.getWhy());
    switch (c.getType()) {
      case PAUSE -> {
        b.to(BackfillState.PAUSED, "paused by " + because, now, out);
        b.direct(RunState.HOLD, "paused by " + because, now, out);
      }
      case RESUME -> {
        if (b.state == BackfillState.PAUSED) {
          b.to(BackfillState.WAITING, "", now, out);
        }
      }
      case CANCEL -> {
        b.direct(RunState.CANCEL, "cancelled by " + because, now, out);
        b.to(b.state, "being cancelled by " + because, now, out);
      }
      case SINK_FINISHED -> {
        if (b.state == BackfillState.FINISHING) {
          b.to(BackfillState.COMPLETED, "", now, out);
        }
      }
      // What the coordinator does not handle yet, the API does not accept either.
      case RETRY, THROTTLE, SPLIT, APPROVE, ARCHIVE, UNKNOWN -> {}
    }
  }

  private static void evaluate(Backfill b, long now, List<CoordinatorEffect> out) {
    if (b.plan == null || (Backfill.ended(b.state) && !b.dirty)) {
      return;
    }
    b.dirty = false;
    Sum sum = b.sum();
    b.eta = b.eta.observed(now, sum.rows());
    b.limitDeadLetters(sum, now, out);
    Verdict verdict = Verdict.of(b.plan, sum);
    if (!(verdict instanceof Verdict.Gap)) {
      b.gapLooks = 0;
    }
    switch (verdict) {
      case Verdict.Open open -> b.write(b.state, b.reason, now, out);
      case Verdict.Gap gap -> b.gap(now, out);
      case Verdict.Proved proved -> {
        boolean finish = b.plan.getSinkFinish() && b.state != BackfillState.COMPLETED;
        b.covered = true;
        b.to(finish ? BackfillState.FINISHING : BackfillState.COMPLETED, "", now, out);
      }
      case Verdict.Ended ended -> b.to(ended.state(), ended.reason(), now, out);
    }
  }

  /** One backfill's state. */
  private static final class Backfill {
    private Plan plan;
    private final Map<Integer, Tally> tallies = new LinkedHashMap<>();
    private BackfillState state = BackfillState.WAITING;
    private String reason = "";
    private boolean covered;
    private Long endedAt;
    private Directive directive;
    private Progress written;
    private Eta eta = Eta.NONE;
    private int gapLooks;
    private boolean dirty = true;

    static boolean ended(BackfillState state) {
      return switch (state) {
        case COMPLETED, FAILED, CANCELLED -> true;
        case WAITING, RUNNING, PAUSED, FINISHING -> false;
        case UNKNOWN -> throw new IllegalStateException("a backfill state that nobody set");
      };
    }

    boolean cancelling() {
      return directive != null && directive.getRunState() == RunState.CANCEL;
    }

    void restored(Progress p) {
      written = p;
      state = p.getState();
      reason = p.getReason();
      covered = p.getCovered();
      endedAt = p.getEndedAt();
    }

    void gap(long now, List<CoordinatorEffect> out) {
      gapLooks++;
      if (gapLooks >= GAP_LOOKS) {
        to(BackfillState.FAILED, "the partitions leave a gap in the plan or overlap", now, out);
      } else {
        write(state, reason, now, out);
      }
    }

    void tallied(Tally t) {
      dirty = true;
      tallies.put(t.getQueue(), t);
    }

    Sum sum() {
      return Sum.of(tallies.values());
    }

    void direct(RunState to, String why, long now, List<CoordinatorEffect> out) {
      if (directive == null || directive.getRunState() != to) {
        boolean spent = directive != null && directive.getDeadLettersSpent();
        put(new Directive(plan.getBackfillId(), to, why, now, spent), out);
      }
    }

    /** Tells workers when the last row that may be dead-lettered was, and when more may be. */
    void limitDeadLetters(Sum sum, long now, List<CoordinatorEffect> out) {
      boolean spent = sum.deadLetters() > 0 && sum.deadLetters() >= limit(sum);
      if (directive != null && directive.getDeadLettersSpent() != spent) {
        put(Directive.newBuilder(directive).setDeadLettersSpent(spent).setAt(now).build(), out);
      }
    }

    private long limit(Sum sum) {
      if (!Verdict.sealed(plan)) {
        // A share of what is planned so far would fail partitions that the whole allows.
        return plan.getDeadLettersCount();
      }
      long rows = Math.max(estimated(sum), sum.rows() + sum.deadLetters());
      return Math.min(
          plan.getDeadLettersCount(), (long) Math.ceil(plan.getDeadLettersShare() * rows));
    }

    private void put(Directive next, List<CoordinatorEffect> out) {
      directive = next;
      out.add(new PutDirective(next));
    }

    /** Rows planned, as far as anybody knows. */
    private long estimated(Sum sum) {
      return Math.max(plan.getRowsEstimated(), sum.rowsEstimated());
    }

    /** The only place where the state changes. */
    void to(BackfillState next, String why, long now, List<CoordinatorEffect> out) {
      if (ended(state) && next != state) {
        return;
      }
      if (ended(next) && endedAt == null) {
        endedAt = now;
      }
      state = next;
      reason = why;
      write(next, why, now, out);
    }

    /** Writes the progress if anything but the clock has changed. */
    void write(BackfillState s, String why, long now, List<CoordinatorEffect> out) {
      Progress p = progress(s, why, now);
      if (written != null
          && Progress.newBuilder(p).setUpdatedAt(written.getUpdatedAt()).build().equals(written)) {
        return;
      }
      written = p;
      out.add(new PutProgress(p));
    }

    private Progress progress(BackfillState s, String why, long now) {
      Sum sum = sum();
      boolean over = ended(s);
      long estimated = estimated(sum);
      long remaining = Math.max(0, estimated - sum.rows() - sum.deadLetters());
      boolean moving = s == BackfillState.RUNNING && remaining > 0;
      return Progress.newBuilder()
          .setBackfillId(plan.getBackfillId())
          .setName(plan.getName())
          .setDomain(plan.getDomain())
          .setState(s)
          .setReason(why)
          .setSealed(Verdict.sealed(plan))
          .setPartitions(sum.partitions())
          .setPending(sum.pending())
          .setRunning(sum.running())
          .setRetrying(sum.retrying())
          .setCompleted(sum.completed())
          .setFailed(sum.failed())
          .setCancelled(sum.cancelled())
          .setRows(sum.rows())
          .setBytes(sum.bytes())
          .setRowsEstimated(over ? sum.rows() : estimated)
          .setDigest(sum.digest())
          .setCovered(covered)
          .setClaims(sum.claims())
          .setDrift(sum.drift())
          .setLastDrift(sum.lastDrift())
          .setRowsPerS(over ? overall(sum.rows(), sum.startedAt()) : moving ? eta.shown() : 0)
          .setEtaLowMs(moving ? rounded(eta.lowMs(remaining)) : null)
          .setEtaHighMs(moving ? rounded(eta.highMs(remaining)) : null)
          .setCreatedAt(plan.getCreatedAt())
          .setStartedAt(sum.startedAt())
          .setEndedAt(endedAt)
          .setUpdatedAt(now)
          .setDeadLetters(sum.deadLetters())
          .build();
    }

    private double overall(long rows, Long startedAt) {
      return startedAt == null || endedAt == null || endedAt <= startedAt
          ? 0
          : rows * 1000.0 / (endedAt - startedAt);
    }

    private static Long rounded(OptionalDouble ms) {
      return ms.isEmpty() ? null : Math.round(ms.getAsDouble());
    }
  }
}
