package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.CoordinatorEffect.Forget;
import io.tidemark.core.coordinator.CoordinatorEffect.PutAlert;
import io.tidemark.core.coordinator.CoordinatorEffect.PutDecision;
import io.tidemark.core.coordinator.CoordinatorEffect.PutDirective;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.HeartbeatSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallyGone;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Steers all backfills: admits them, obeys commands, shares limits out, sums tallies into progress,
 * proves completion, raises alerts. Pure: time comes with the event, what is to be written comes
 * back as effects. Its memory is what it wrote and heard, so a restart and a live run are one path
 * (I10).
 */
public final class Coordinator {

  /**
   * How many looks in a row may find a gap before it counts: half a minute of ticks. Counted, not
   * timed: a clock that jumps, or a process that was stopped, must not fail a backfill.
   */
  static final int GAP_LOOKS = 150;

  /** How often limits are shared out anew and alerts are thought about, milliseconds. */
  private static final long THINK_MS = 1_000;

  private final CoordinatorSettings settings;
  private final Map<String, Backfill> backfills = new TreeMap<>();
  private final Fleet fleet = new Fleet();
  private final OpenAlerts alerts = new OpenAlerts();
  private long thoughtAt;

  /**
   * What an earlier coordinator wrote and heard.
   *
   * @param workers newest heartbeat of each
   */
  public record Memory(
      Collection<Plan> plans,
      Collection<Tally> tallies,
      Collection<Progress> progress,
      Collection<Directive> directives,
      Collection<WorkerHeartbeat> workers,
      Collection<Alert> alerts) {}

  /**
   * A coordinator that goes on from what an earlier one wrote.
   *
   * @param now milliseconds since the epoch
   */
  public Coordinator(CoordinatorSettings settings, Memory memory, long now) {
    this.settings = settings;
    memory.plans().forEach(p -> of(p.getBackfillId()).plan = p);
    memory.tallies().forEach(t -> of(t.getBackfillId()).tallies.put(t.getQueue(), t));
    memory.progress().forEach(p -> of(p.getBackfillId()).restored(p));
    memory.directives().forEach(d -> of(d.getBackfillId()).directive = d);
    backfills.values().forEach(b -> b.stillSince = now);
    fleet.restored(memory.workers(), now);
    alerts.restored(memory.alerts());
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
      case PlanSeen e -> planSeen(e.plan(), now, out);
      // Tallies arrive in bursts; progress is written at the next tick.
      case TallySeen e -> of(e.tally().getBackfillId()).tallied(e.tally());
      case TallyGone e -> of(e.backfill()).tallies.remove(e.queue());
      case HeartbeatSeen e -> fleet.heard(e.beat(), now);
      case CommandSeen e -> {
        decide(e.command(), now, out).map(PutDecision::new).ifPresent(out::add);
        admit(now, out);
      }
      case Tick e -> tick(now, out);
    }
    return out;
  }

  private void planSeen(Plan plan, long now, List<CoordinatorEffect> out) {
    Backfill b = of(plan.getBackfillId());
    if (b.plan == null && b.directed(RunState.FORGET)) {
      // Ledgers may have heard of more since: of a planner that did not hear of the archive.
      b.forgetAgain(plan, out);
      if (b.forgot(plan)) {
        out.add(new Forget(plan.getBackfillId()));
        return;
      }
      b.plannedAnew(plan, now, out);
    } else if (b.forgot(plan)) {
      return;
    }
    b.plan = plan;
    look(b, now, out);
    admit(now, out);
  }

  private Backfill of(String id) {
    return backfills.computeIfAbsent(id, k -> new Backfill());
  }

  private List<Backfill> planned() {
    return backfills.values().stream().filter(b -> b.plan != null).toList();
  }

  private void admit(long now, List<CoordinatorEffect> out) {
    Admission.look(planned(), settings.maxRunning(), now, out);
    // At once: whoever is let run without its limits would move without any.
    if (out.stream().anyMatch(PutDirective.class::isInstance)) {
      Limits.share(planned(), fleet, settings, now, out);
    }
  }

  /** Empty while the ledgers are asked. */
  private Optional<Decision> decide(Command c, long now, List<CoordinatorEffect> out) {
    Backfill b = backfills.get(c.getBackfillId());
    if (b == null || b.plan == null) {
      return Optional.of(new Decision(c, false, "there is no backfill " + c.getBackfillId(), now));
    }
    return b.asking(c)
        ? Optional.empty()
        : Steering.obey(b, c, now, out).map(answer -> answer.on(c, b, now));
  }

  private void tick(long now, List<CoordinatorEffect> out) {
    fleet.tick(now);
    planned().forEach(b -> look(b, now, out));
    admit(now, out);
    if (Math.abs(now - thoughtAt) >= THINK_MS) {
      thoughtAt = now;
      Limits.share(planned(), fleet, settings, now, out);
      for (Backfill b : planned()) {
        judge(b, now).forEach(a -> out.add(new PutAlert(a)));
      }
    }
  }

  private void look(Backfill b, long now, List<CoordinatorEffect> out) {
    if (b.archiving()) {
      forgetOnceGone(b, now, out);
      return;
    }
    Steering.answered(b, now, out).map(PutDecision::new).ifPresent(out::add);
    boolean news = b.looked();
    if (b.over() && !news) {
      return;
    }
    Sum sum = b.sum();
    limitDeadLetters(b, sum, now, out);
    lookAhead(b, sum, now);
    Verdict verdict = b.ordersDone() ? Verdict.of(b.plan, sum, b.cancelling()) : new Verdict.Open();
    if (!(verdict instanceof Verdict.Gap)) {
      b.gapLooks = 0;
    }
    switch (verdict) {
      case Verdict.Open open -> b.write(now, out);
      case Verdict.Gap gap -> gap(b, now, out);
      case Verdict.Proved proved -> {
        boolean finish = b.plan.getSinkFinish() && b.state != BackfillState.COMPLETED;
        b.covered = true;
        b.to(finish ? BackfillState.FINISHING : BackfillState.COMPLETED, "", now, out);
      }
      case Verdict.Ended ended -> b.to(ended.state(), ended.reason(), now, out);
    }
  }

  private void forgetOnceGone(Backfill b, long now, List<CoordinatorEffect> out) {
    if (b.tallies.isEmpty()) {
      alerts.forget(b.id(), now).forEach(a -> out.add(new PutAlert(a)));
      out.add(new Forget(b.id()));
      // Workers that find its descriptors still must know that they are done.
      Backfill gone = new Backfill();
      gone.directive = b.directive;
      backfills.put(b.id(), gone);
    }
  }

  private static void gap(Backfill b, long now, List<CoordinatorEffect> out) {
    b.gapLooks++;
    if (b.gapLooks >= GAP_LOOKS) {
      b.to(BackfillState.FAILED, "the partitions leave a gap in the plan or overlap", now, out);
    } else {
      b.write(now, out);
    }
  }

  /** Tells workers when the last row that may be dead-lettered was, and when more may be. */
  private static void limitDeadLetters(Backfill b, Sum sum, long now, List<CoordinatorEffect> out) {
    // A share of what is planned so far would fail partitions that the whole allows.
    long rows = Math.max(b.estimated(sum), sum.rows() + sum.deadLetters());
    long limit =
        Verdict.sealed(b.plan)
            ? Math.min(
                b.plan.getDeadLettersCount(), (long) Math.ceil(b.plan.getDeadLettersShare() * rows))
            : b.plan.getDeadLettersCount();
    b.limitDeadLetters(sum.deadLetters() > 0 && sum.deadLetters() >= limit, now, out);
  }

  private void lookAhead(Backfill b, Sum sum, long now) {
    b.pace = b.pace.observed(now, sum.rows());
    b.saw(sum.rows(), now);
    List<RunningPartition> running =
        fleet.running(b.id()).stream().map(Fleet.Running::partition).toList();
    b.forecast =
        b.pace.known() && b.remaining(sum) > 0
            ? Optional.of(
                Forecast.of(b.remaining(sum), b.pace, running, sum.largestPending(), b.rowsPerS))
            : Optional.empty();
    b.slowedBy =
        fleet.pressures(b.id()).stream()
            .map(Pressure::getMessage)
            .distinct()
            .sorted()
            .collect(Collectors.joining("; "));
  }

  private List<Alert> judge(Backfill b, long now) {
    if (b.archiving() || b.written() == null) {
      return List.of();
    }
    RunState directed = b.directive == null ? null : b.directive.getRunState();
    List<Fleet.Running> running = fleet.running(b.id());
    Map<String, Double> spent =
        directed == RunState.RUN
            ? b.patience.spent(b.plan.getChunkTargetMs(), b.directive, running)
            : Map.of();
    Judge.Case c =
        new Judge.Case(
            b.plan,
            b.written(),
            directed,
            running,
            spent,
            fleet.pressures(b.id()),
            now - b.stillSince,
            fleet.of(b.plan.getDomain()).size());
    return alerts.compare(b.id(), Judge.of(c, settings, now), now);
  }
}
