package io.tidemark.core.lifecycle;

import io.tidemark.schemas.avro.PartitionState;

/**
 * The life of a partition (DESIGN §3) as a table of legal exits.
 *
 * <p>Reports are coalesced and the log is compacted, so a reader may miss states in between: any
 * state that is not terminal may be followed by any other. A terminal state has one exit only: back
 * to PENDING, by a retry that raises the round.
 */
public final class Lifecycle {

  private Lifecycle() {}

  /**
   * Whether nothing more happens to a partition in this round.
   *
   * @throws IllegalArgumentException for UNKNOWN: a state younger than this program is an error,
   *     not an answer
   */
  public static boolean terminal(PartitionState state) {
    return switch (state) {
      case COMPLETED, FAILED, CANCELLED -> true;
      case PENDING, RUNNING, RETRYING -> false;
      case UNKNOWN ->
          throw new IllegalArgumentException(
              "a partition state that this version does not know; upgrade before going on");
    };
  }

  /** Whether a partition may go from one state to another within one round. */
  public static boolean legal(PartitionState from, PartitionState to) {
    terminal(to);
    return !terminal(from);
  }

  /** Whether a retry may take a partition out of this state into the next round. */
  public static boolean retryable(PartitionState state) {
    return state == PartitionState.FAILED || state == PartitionState.CANCELLED;
  }
}
