package io.tidemark.core.coordinator;

import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.OrderKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.RunState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** What becomes of a command: accepted or refused, always with a word to whoever asked. */
final class Steering {

  /** Names of a throttle's arguments. */
  static final String ROWS_PER_SECOND = "rows_per_second";

  static final String LANES = "lanes";

  /** Name of a retry's argument. */
  static final String PARTITION = "partition";

  private static final String OFF = "off";

  private static final double MOST_ROWS_PER_S = 1e12;

  private Steering() {}

  /**
   * The answer to a command.
   *
   * @param accepted whether it is done, or will be
   * @param words what becomes of it, or why it is refused
   */
  record Answer(boolean accepted, String words) {

    static Answer yes(String words) {
      return new Answer(true, words);
    }

    static Answer no(String words) {
      return new Answer(false, words);
    }

    /** The decision on a command; not before the plan, whatever the planner's clock said. */
    Decision on(Command c, Backfill b, long now) {
      return new Decision(c, accepted, words, Math.max(now, b.plan.getCreatedAt()));
    }
  }

  /**
   * Obeys a command, if it can be.
   *
   * @return empty if the ledgers are asked first: then {@link #answered} answers
   */
  static Optional<Answer> obey(Backfill b, Command c, long now, List<CoordinatorEffect> out) {
    if (b.archiving()) {
      return Optional.of(Answer.no("it is archived"));
    }
    Optional<String> stranger = stranger(c);
    if (stranger.isPresent()) {
      return stranger.map(Answer::no);
    }
    if (c.getType() == CommandType.RETRY && c.getArguments().containsKey(PARTITION)) {
      return retryOne(b, c, now, out);
    }
    return Optional.of(obeyAtOnce(b, c, now, out));
  }

  private static Answer obeyAtOnce(Backfill b, Command c, long now, List<CoordinatorEffect> out) {
    String by = c.getWho() + (c.getWhy().isEmpty() ? "" : ": " + c.getWhy());
    return switch (c.getType()) {
      case PAUSE -> pause(b, by, now, out);
      case RESUME -> resume(b, now, out);
      case CANCEL -> cancel(b, by, now, out);
      case RETRY -> retry(b, now, out);
      case THROTTLE -> throttle(b, c.getArguments(), now, out);
      case APPROVE -> approve(b, now, out);
      case ARCHIVE -> archive(b, by, now, out);
      case SINK_FINISHED -> finished(b, now, out);
      case SPLIT -> Answer.no("running partitions cannot be split yet");
      case UNKNOWN -> Answer.no("this version does not know that command; upgrade the reconciler");
    };
  }

  /** An argument that means nothing to the command would be ignored: that is no answer. */
  private static Optional<String> stranger(Command c) {
    Set<String> known =
        switch (c.getType()) {
          case RETRY -> Set.of(PARTITION);
          case THROTTLE -> Set.of(ROWS_PER_SECOND, LANES);
          default -> Set.of();
        };
    Set<String> others = new TreeSet<>(c.getArguments().keySet());
    others.removeAll(known);
    return others.isEmpty()
        ? Optional.empty()
        : Optional.of("it takes no argument " + String.join(", ", others));
  }

  private static Answer pause(Backfill b, String by, long now, List<CoordinatorEffect> out) {
    Optional<Answer> late = late(b);
    if (late.isPresent()) {
      return late.get();
    }
    if (b.state == BackfillState.PAUSED) {
      return Answer.yes("it is paused already: " + b.reason);
    }
    b.direct(RunState.HOLD, "paused by " + by, now, out);
    b.to(BackfillState.PAUSED, "paused by " + by, now, out);
    return Answer.yes("no chunk starts any more; resume lets it go on where it is");
  }

  private static Answer resume(Backfill b, long now, List<CoordinatorEffect> out) {
    Optional<Answer> late = late(b);
    if (late.isPresent()) {
      return late.get();
    }
    if (b.state != BackfillState.PAUSED) {
      return Answer.yes("it is not paused");
    }
    b.to(BackfillState.WAITING, "", now, out);
    return Answer.yes("it goes on as soon as it has a place");
  }

  private static Answer cancel(Backfill b, String by, long now, List<CoordinatorEffect> out) {
    if (b.cancelling() && !b.over()) {
      return Answer.yes("it is being cancelled already");
    }
    Optional<Answer> late = late(b);
    if (late.isPresent()) {
      return late.get();
    }
    b.direct(RunState.CANCEL, "cancelled by " + by, now, out);
    b.pausedAt = null;
    b.to(b.state, "being cancelled by " + by, now, out);
    Sum sum = b.sum();
    return Answer.yes(
        "%d rows of %d completed partitions are written and stay, and so do the chunks of %d others that have begun; %d partitions will not be done"
            .formatted(
                sum.rows(),
                sum.completed(),
                sum.running() + sum.retrying(),
                sum.pending() + sum.running() + sum.retrying()));
  }

  /** Nothing takes a cancellation back, and nothing stops a backfill whose rows are all in. */
  private static Optional<Answer> late(Backfill b) {
    if (b.over()) {
      return Optional.of(Answer.no("it is " + b.state + " already"));
    }
    if (b.cancelling()) {
      return Optional.of(Answer.no("it is being cancelled, and that is final"));
    }
    return b.state == BackfillState.FINISHING
        ? Optional.of(Answer.no("all its rows are in; only the sink is being sealed"))
        : Optional.empty();
  }

  private static Answer retry(Backfill b, long now, List<CoordinatorEffect> out) {
    Optional<Answer> hopeless = hopeless(b);
    if (hopeless.isPresent()) {
      return hopeless.get();
    }
    b.order(OrderKind.RETRY, null, now, out);
    b.reopen(now, out);
    b.write(now, out);
    return Answer.yes(
        b.sum().failed() + " failed partitions are tried again, each from where it stands");
  }

  private static Optional<Answer> retryOne(
      Backfill b, Command c, long now, List<CoordinatorEffect> out) {
    Optional<Answer> hopeless = hopeless(b);
    if (hopeless.isPresent()) {
      return hopeless;
    }
    String partition = c.getArguments().get(PARTITION);
    if (!partition.startsWith(PartitionIds.start(b.id()))) {
      return Optional.of(Answer.no(partition + " is no partition of " + b.id()));
    }
    b.ask(c, partition, now, out);
    return Optional.empty();
  }

  /** Why nothing of it can be tried again, as far as sums tell. */
  private static Optional<Answer> hopeless(Backfill b) {
    if (b.cancelling()) {
      return Optional.of(
          Answer.no(
              "it was cancelled, and that is final; archive it, then plan the same spec again"));
    }
    if (b.state == BackfillState.COMPLETED || b.state == BackfillState.FINISHING) {
      return Optional.of(Answer.no("nothing of it failed"));
    }
    if (b.sum().failed() == 0) {
      return Optional.of(Answer.no("none of its partitions is FAILED"));
    }
    return undecided(b);
  }

  /** A second order would blot out how the first one found its partition. */
  private static Optional<Answer> undecided(Backfill b) {
    return b.asking()
        ? Optional.of(Answer.no("a retry of it is not decided yet; ask again in a moment"))
        : Optional.empty();
  }

  /** What becomes of the retry of one partition, once all ledgers have looked for it. */
  static Optional<Decision> answered(Backfill b, long now, List<CoordinatorEffect> out) {
    return b.answered()
        .map(
            c -> {
              Answer answer = found(b, c.getArguments().get(PARTITION));
              if (answer.accepted()) {
                b.reopen(now, out);
              }
              return answer.on(c, b, now);
            });
  }

  private static Answer found(Backfill b, String partition) {
    return b.found()
        .map(
            state ->
                state == PartitionState.FAILED
                    ? Answer.yes(partition + " is tried again from where it stands")
                    : Answer.no(
                        "%s is %s, and only what is FAILED is tried again"
                            .formatted(partition, state)))
        .orElseGet(
            () ->
                Answer.no(
                    "there is no partition %s; `tidemark status %s` names those that failed"
                        .formatted(partition, b.id())));
  }

  private static Answer throttle(
      Backfill b, Map<String, String> arguments, long now, List<CoordinatorEffect> out) {
    Optional<Answer> late = late(b);
    if (late.isPresent()) {
      return late.get();
    }
    if (arguments.isEmpty()) {
      return Answer.no("name " + ROWS_PER_SECOND + " or " + LANES + ", a number or " + OFF);
    }
    Double rows = b.throttleRowsPerS;
    Integer lanes = b.throttleLanes;
    try {
      if (arguments.containsKey(ROWS_PER_SECOND)) {
        rows = limit(ROWS_PER_SECOND, arguments, MOST_ROWS_PER_S);
      }
      if (arguments.containsKey(LANES)) {
        lanes = (int) limit(LANES, arguments, 1_000_000);
      }
    } catch (IllegalArgumentException e) {
      return Answer.no(e.getMessage());
    }
    b.throttleRowsPerS = rows;
    b.throttleLanes = lanes;
    b.write(now, out);
    return Answer.yes(
        "from now on: %s, %s"
            .formatted(
                b.ownRowsPerS().isPresent()
                    ? "at most %.0f rows per second".formatted(b.ownRowsPerS().getAsDouble())
                    : "no limit of rows per second",
                b.lanes().isPresent()
                    ? "at most " + b.lanes().getAsInt() + " partitions at the same time"
                    : "no limit of partitions"));
  }

  private static double limit(String name, Map<String, String> arguments, double most) {
    String text = arguments.get(name);
    if (text.equals(OFF)) {
      return -1;
    }
    if (!text.matches("[0-9]{1,12}") || Long.parseLong(text) < 1 || Long.parseLong(text) > most) {
      throw new IllegalArgumentException(
          "%s must be a whole number from 1 to %.0f, or %s, not '%s'"
              .formatted(name, most, OFF, text.length() > 40 ? text.substring(0, 40) + "…" : text));
    }
    return Long.parseLong(text);
  }

  private static Answer approve(Backfill b, long now, List<CoordinatorEffect> out) {
    if (b.over() || b.cancelling()) {
      return Answer.no("it is " + (b.over() ? b.state.toString() : "being cancelled"));
    }
    if (!b.waitsForApproval()) {
      return Answer.yes(b.approved ? "it is approved already" : "it needs no approval");
    }
    b.approved = true;
    b.write(now, out);
    return Answer.yes("it starts as soon as it has a place");
  }

  private static Answer archive(Backfill b, String by, long now, List<CoordinatorEffect> out) {
    if (!b.over()) {
      return Answer.no("it is " + b.state + "; cancel it first, or wait for its end");
    }
    Optional<Answer> undecided = undecided(b);
    if (undecided.isPresent()) {
      return undecided.get();
    }
    b.forget(by, now, out);
    b.to(b.state, "being archived by " + by, now, out);
    return Answer.yes("its records are dropped; rows at the sink stay");
  }

  private static Answer finished(Backfill b, long now, List<CoordinatorEffect> out) {
    if (b.state != BackfillState.FINISHING) {
      return Answer.no("it is " + b.state);
    }
    b.to(BackfillState.COMPLETED, "", now, out);
    return Answer.yes("");
  }
}
