package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.CoordinatorEffect.PutDirective;
import io.tidemark.core.coordinator.CoordinatorEffect.PutOrder;
import io.tidemark.core.coordinator.CoordinatorEffect.PutProgress;
import io.tidemark.core.plan.SourceKey;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.OrderKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.spec.ChangeWindow;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** One backfill as the coordinator knows it: what was heard of it, and what was decided. */
final class Backfill {

  Plan plan;
  final Map<Integer, Tally> tallies = new LinkedHashMap<>();
  BackfillState state = BackfillState.WAITING;
  String reason = "";
  boolean covered;
  boolean approved;
  Long pausedAt;
  Double throttleRowsPerS;
  Integer throttleLanes;
  Directive directive;
  Pace pace = Pace.NONE;
  Optional<Forecast> forecast = Optional.empty();

  Demand demand = Demand.UNKNOWN;
  final Patience patience = new Patience();

  /** What slows it down, in words. */
  String slowedBy = "";

  /** Rows per second that it may move now, its part of its source's limit included. */
  OptionalDouble rowsPerS = OptionalDouble.empty();

  /** Looks in a row that found a gap. */
  int gapLooks;

  /** Since when nothing of it moves, milliseconds since the epoch. */
  long stillSince;

  /** A retry of one partition that not every ledger has answered yet; null: none. */
  private Command asked;

  private long rowsSeen;
  private long orderedAt;
  private Long endedAt;
  private Progress written;
  private boolean dirty = true;

  static boolean ended(BackfillState state) {
    return switch (state) {
      case COMPLETED, FAILED, CANCELLED -> true;
      case WAITING, RUNNING, PAUSED, FINISHING -> false;
      case UNKNOWN -> throw new IllegalStateException("a backfill state that nobody set");
    };
  }

  void restored(Progress p) {
    written = p;
    state = p.getState();
    reason = p.getReason();
    covered = p.getCovered();
    endedAt = p.getEndedAt();
    approved = p.getApproved();
    pausedAt = p.getPausedAt();
    throttleRowsPerS = p.getThrottleRowsPerS();
    throttleLanes = p.getThrottleLanes();
    orderedAt = p.getOrderedAt();
    asked = p.getRetryAsked();
  }

  // ---- what it is
  // --------------------------------------------------------------------------------

  String id() {
    return plan.getBackfillId();
  }

  boolean over() {
    return ended(state);
  }

  boolean cancelling() {
    return directed(RunState.CANCEL);
  }

  /** Whether it is being forgotten; one that is planned again begins anew. */
  boolean archiving() {
    return directed(RunState.FORGET) && over();
  }

  boolean directed(RunState to) {
    return directive != null && directive.getRunState() == to;
  }

  /** Whether a place is taken by it. */
  boolean occupies() {
    return state == BackfillState.RUNNING || state == BackfillState.FINISHING;
  }

  boolean waitsForApproval() {
    return plan.getApproval() && !approved;
  }

  Optional<ChangeWindow> window() {
    return plan.getWindow().isEmpty()
        ? Optional.empty()
        : Optional.of(ChangeWindow.parse(plan.getWindow()));
  }

  /** Its own limit of rows per second: what was commanded, else what was planned. */
  OptionalDouble ownRowsPerS() {
    Double limit = throttleRowsPerS == null ? plan.getRowsPerS() : throttleRowsPerS;
    return limit == null || limit < 0 ? OptionalDouble.empty() : OptionalDouble.of(limit);
  }

  /** Its limit of partitions at the same time. */
  OptionalInt lanes() {
    Integer limit = throttleLanes == null ? plan.getLanes() : throttleLanes;
    return limit == null || limit < 0 ? OptionalInt.empty() : OptionalInt.of(limit);
  }

  double weight() {
    return plan.getPriority() + 1.0;
  }

  Sum sum() {
    return Sum.of(tallies.values());
  }

  /** Whether every ledger that knows it has carried out the last order. */
  boolean ordersDone() {
    return tallies.values().stream().allMatch(t -> t.getOrderedAt() >= orderedAt);
  }

  /** Whether the ledgers are being asked for a partition that is to be tried again. */
  boolean asking() {
    return asked != null;
  }

  /** Whether this is the command that they are asked for. */
  boolean asking(Command c) {
    return asked != null && asked.getCommandId().equals(c.getCommandId());
  }

  /** In which state the last order found the only partition that it is about; empty: in none. */
  Optional<PartitionState> found() {
    return tallies.values().stream()
        .filter(t -> t.getOrderedAt() == orderedAt)
        .map(Tally::getOrderedState)
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** Rows planned, as far as anybody knows. */
  long estimated(Sum sum) {
    return Math.max(plan.getRowsEstimated(), sum.rowsEstimated());
  }

  long remaining(Sum sum) {
    return Math.max(0, estimated(sum) - sum.rows() - sum.deadLetters());
  }

  // ---- what is decided
  // ---------------------------------------------------------------------------

  void tallied(Tally t) {
    dirty = true;
    tallies.put(t.getQueue(), t);
  }

  /** Whether there is something new to look at; asked once. */
  boolean looked() {
    boolean was = dirty;
    dirty = false;
    return was;
  }

  /** Directs workers; what each may use stays as it is, so that nobody is unlimited in between. */
  void direct(RunState to, String why, long now, List<CoordinatorEffect> out) {
    if (directive == null) {
      put(new Directive(id(), to, why, now, false, false, List.of()), out);
    } else if (!directed(to)) {
      put(Directive.newBuilder(directive).setRunState(to).setReason(why).setAt(now).build(), out);
    }
  }

  void limitDeadLetters(boolean spent, long now, List<CoordinatorEffect> out) {
    if (directive != null && directive.getDeadLettersSpent() != spent) {
      put(Directive.newBuilder(directive).setDeadLettersSpent(spent).setAt(now).build(), out);
    }
  }

  /** Tells workers what each may use; empty: as much as they like. */
  void share(List<Share> shares, long now, List<CoordinatorEffect> out) {
    boolean limited = !shares.isEmpty();
    if (directive.getLimited() != limited || !directive.getShares().equals(shares)) {
      put(
          Directive.newBuilder(directive).setLimited(limited).setShares(shares).setAt(now).build(),
          out);
    }
  }

  /** A plan for the id of one that was archived: what it was directed counts no more. */
  void plannedAnew(Plan next, long now, List<CoordinatorEffect> out) {
    plan = next;
    put(new Directive(id(), RunState.HOLD, "planned anew", now, false, false, List.of()), out);
  }

  private void put(Directive next, List<CoordinatorEffect> out) {
    // Not before its plan, whatever the planner's clock said: what is older is about another plan.
    directive =
        next.getAt() >= plan.getCreatedAt()
            ? next
            : Directive.newBuilder(next).setAt(plan.getCreatedAt()).build();
    out.add(new PutDirective(directive));
  }

  /** Asks every queue's ledger for something; nothing is concluded before all have done it. */
  void order(OrderKind kind, String partition, long now, List<CoordinatorEffect> out) {
    // Two orders in the same millisecond must not look like one; and no descriptor of a further
    // round may look older than its plan, whatever the planner's clock said.
    orderedAt = Math.max(Math.max(now, plan.getCreatedAt()), orderedAt + 1);
    order(plan, kind, partition, orderedAt, out);
  }

  private static void order(
      Plan plan, OrderKind kind, String partition, long at, List<CoordinatorEffect> out) {
    for (int queue = 0; queue < plan.getQueues(); queue++) {
      out.add(
          new PutOrder(
              new Order(plan.getBackfillId(), plan.getDomain(), queue, kind, partition, at)));
    }
  }

  /**
   * Orders one partition to be tried again; whether that can be, only its ledger knows. The command
   * is decided on when all have carried out the order.
   */
  void ask(Command retry, String partition, long now, List<CoordinatorEffect> out) {
    if (over()) {
      direct(RunState.HOLD, "what is tried again waits for a place", now, out);
    }
    order(OrderKind.RETRY, partition, now, out);
    asked = retry;
    write(now, out);
  }

  /** The retry that the ledgers have answered; asked once. */
  Optional<Command> answered() {
    if (asked == null || !ordersDone()) {
      return Optional.empty();
    }
    Command retry = asked;
    asked = null;
    dirty = true;
    return Optional.of(retry);
  }

  /**
   * Forgets it, on every queue and at every worker.
   *
   * <p>The directive's time is not before that of any of its descriptors, and the next plan of its
   * id is made later than that: so everybody can tell the descriptors of the two apart.
   */
  void forget(String by, long now, List<CoordinatorEffect> out) {
    order(OrderKind.FORGET, null, now, out);
    direct(RunState.FORGET, "archived by " + by, orderedAt, out);
  }

  /**
   * Repeats the order to forget, once it is forgotten.
   *
   * @param seen a plan of its id, older or younger
   */
  void forgetAgain(Plan seen, List<CoordinatorEffect> out) {
    order(seen, OrderKind.FORGET, null, directive.getAt(), out);
  }

  /** Whether a plan is one that was archived, or of a planner that did not hear of it. */
  boolean forgot(Plan seen) {
    return directed(RunState.FORGET) && seen.getCreatedAt() <= directive.getAt();
  }

  /** Goes on with one that was over. */
  void reopen(long now, List<CoordinatorEffect> out) {
    if (over()) {
      state = BackfillState.WAITING;
      endedAt = null;
      covered = false;
      direct(RunState.HOLD, "waits to go on", now, out);
    }
    dirty = true;
  }

  /** Takes note of how many rows there are: while that changes, it moves. */
  void saw(long rows, long now) {
    if (rows != rowsSeen) {
      rowsSeen = rows;
      stillSince = now;
    }
  }

  /** The only place where the state changes, but for {@link #reopen}. */
  void to(BackfillState next, String why, long now, List<CoordinatorEffect> out) {
    if (over() && next != state) {
      return;
    }
    if (ended(next) && endedAt == null) {
      endedAt = now;
    }
    if (next != state) {
      pausedAt = next == BackfillState.PAUSED ? (Long) now : null;
      stillSince = now;
      demand = Demand.UNKNOWN;
    }
    state = next;
    reason = why;
    write(now, out);
  }

  /** Writes the progress if anything but the clock has changed. */
  void write(long now, List<CoordinatorEffect> out) {
    Progress p = progress(now);
    if (written != null
        && Progress.newBuilder(p).setUpdatedAt(written.getUpdatedAt()).build().equals(written)) {
      return;
    }
    written = p;
    out.add(new PutProgress(p));
  }

  Progress written() {
    return written;
  }

  private Progress progress(long now) {
    Sum sum = sum();
    boolean moving = state == BackfillState.RUNNING && remaining(sum) > 0;
    Optional<Forecast> ahead = moving ? forecast : Optional.empty();
    Optional<Forecast.Critical> critical = ahead.flatMap(Forecast::critical);
    return Progress.newBuilder()
        .setBackfillId(id())
        .setName(plan.getName())
        .setDomain(plan.getDomain())
        .setState(state)
        .setReason(reason)
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
        .setRowsEstimated(over() ? sum.rows() : estimated(sum))
        .setDigest(sum.digest())
        .setCovered(covered)
        .setClaims(sum.claims())
        .setDrift(sum.drift())
        .setLastDrift(sum.lastDrift())
        .setRowsPerS(over() ? overall(sum.rows(), sum.startedAt()) : moving ? pace.shown() : 0)
        .setEtaLowMs(ahead.map(Forecast::lowMs).orElse(null))
        .setEtaHighMs(ahead.map(Forecast::highMs).orElse(null))
        .setCreatedAt(plan.getCreatedAt())
        .setStartedAt(sum.startedAt())
        .setEndedAt(endedAt)
        .setUpdatedAt(now)
        .setDeadLetters(sum.deadLetters())
        .setRowsPerSLimit(over() || rowsPerS.isEmpty() ? null : (Double) rowsPerS.getAsDouble())
        .setLanesLimit(over() || lanes().isEmpty() ? null : (Integer) lanes().getAsInt())
        .setSlowedBy(moving ? slowedBy : "")
        .setApproved(approved)
        .setPausedAt(pausedAt)
        .setPriority(plan.getPriority())
        .setCriticalPartition(critical.map(Forecast.Critical::partition).orElse(null))
        .setCriticalMs(critical.map(Forecast.Critical::ms).orElse(null))
        .setThrottleRowsPerS(throttleRowsPerS)
        .setThrottleLanes(throttleLanes)
        .setOrderedAt(orderedAt)
        .setRetryAsked(asked)
        .setSourceKey(SourceKey.normal(plan.getSourceKey()))
        .build();
  }

  private double overall(long rows, Long startedAt) {
    return startedAt == null || endedAt == null || endedAt <= startedAt
        ? 0
        : rows * 1000.0 / (endedAt - startedAt);
  }
}
