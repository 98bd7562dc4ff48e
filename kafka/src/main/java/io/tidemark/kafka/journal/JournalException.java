package io.tidemark.kafka.journal;

/**
 * A transaction did not (or not certainly) commit. What to do next is the type; whether anything
 * was committed is {@link #outcome()}.
 */
public abstract sealed class JournalException extends Exception
    permits LostGenerationException,
        JournalFencedException,
        JournalUnavailableException,
        JournalRejectedException {

  private static final long serialVersionUID = 1L;

  /** What is known about the transaction. */
  public enum Outcome {
    /** Rolled back: no reader under read_committed ever sees a record of it. */
    ROLLED_BACK,
    /**
     * The commit was asked for and the answer is missing: all of it or nothing of it. {@link
     * Journal#reopen()} finds out; until then the journal takes nothing more.
     */
    IN_DOUBT
  }

  private final Outcome outcome;

  JournalException(String message, Outcome outcome, Throwable cause) {
    super(message, cause);
    this.outcome = outcome;
  }

  /** Whether the transaction is known to be rolled back. */
  public Outcome outcome() {
    return outcome;
  }
}
