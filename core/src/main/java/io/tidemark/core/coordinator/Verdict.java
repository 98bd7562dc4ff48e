package io.tidemark.core.coordinator;

import io.tidemark.core.ledger.Tallies;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Plan;

/** Whether a backfill is over, and how: the completion rule of DESIGN §3.8. */
sealed interface Verdict {

  /** Something is left to do. */
  record Open() implements Verdict {}

  /** Every partition is done, they cover the plan, and the digests add up. */
  record Proved() implements Verdict {}

  /**
   * Nothing is left to do, but the partitions do not tile the plan. True for a moment while a split
   * is seen on one queue and not yet on the other; if it lasts, something was lost or doubled.
   */
  record Gap() implements Verdict {}

  /** It is over, but not well. */
  record Ended(BackfillState state, String reason) implements Verdict {}

  /**
   * Judges a backfill. Splits may have made more partitions than were planned, never fewer; the
   * boundaries that the plan was sealed with decide whether something is missing.
   *
   * @param cancelling whether it was cancelled: then nobody completes a plan that is not sealed
   */
  static Verdict of(Plan plan, Sum sum, boolean cancelling) {
    if (!sum.terminal() || sum.partitions() < plan.getPartitions()) {
      return new Open();
    }
    if (!sealed(plan)) {
      return cancelling
          ? new Ended(BackfillState.CANCELLED, "cancelled before its plan was complete")
          : new Open();
    }
    if (sum.coverageKnown() != plan.getCoverage()) {
      return new Gap();
    }
    if (sum.failed() > 0) {
      return new Ended(BackfillState.FAILED, sum.failed() + " partitions failed");
    }
    if (sum.cancelled() > 0) {
      return new Ended(BackfillState.CANCELLED, sum.cancelled() + " partitions were cancelled");
    }
    if (sum.coverageCompleted() != plan.getCoverage()) {
      return new Ended(BackfillState.FAILED, "the completed partitions do not cover the plan");
    }
    if (sum.digest().getRows() != sum.rows()) {
      return new Ended(
          BackfillState.FAILED,
          "the digest is of " + sum.digest().getRows() + " rows, the ledger has " + sum.rows());
    }
    if (sum.digest().getDomain().equals(Tallies.MIXED)) {
      return new Ended(
          BackfillState.FAILED,
          "its rows were digested in more than one way (sink and source servers of different"
              + " versions?), so that nothing proves them");
    }
    return new Proved();
  }

  /**
   * Whether all descriptors are out.
   *
   * @throws IllegalArgumentException for a state that this version does not know
   */
  static boolean sealed(Plan plan) {
    return switch (plan.getState()) {
      case SEALED -> true;
      case PLANNING -> false;
      case UNKNOWN ->
          throw new IllegalArgumentException(
              plan.getBackfillId() + ": a plan state that this version does not know");
    };
  }
}
