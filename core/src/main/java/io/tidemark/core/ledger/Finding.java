package io.tidemark.core.ledger;

/**
 * Drift: a disagreement that the ledger found. What was reported is not applied.
 *
 * @param kind what kind of disagreement
 * @param partition partition id
 * @param detail in words, for people
 */
public record Finding(Kind kind, String partition, String detail) {

  /** Kinds of drift. */
  public enum Kind {
    /** A report under a fence older than one already seen: a zombie wrote. */
    STALE_FENCE,
    /** A report of a round that a retry has ended. */
    STALE_ROUND,
    /** Rows or chunks of a partition went down. */
    WENT_BACK,
    /** A report that would change a terminal state. */
    TERMINAL_CHANGED,
    /** A descriptor published twice with different boundaries. */
    REPLANNED,
    /** A new round for a partition that was not up for retry. */
    ILLEGAL_ROUND,
    /** A record that makes no sense: an unknown state, a slice that runs backward, no claim. */
    INVALID
  }

  @Override
  public String toString() {
    return kind + " " + partition + ": " + detail;
  }
}
