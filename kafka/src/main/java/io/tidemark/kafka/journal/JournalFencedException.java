package io.tidemark.kafka.journal;

/**
 * Another producer took over this transactional id, or the broker gave this one up. The producer is
 * closed; {@link Journal#reopen()} takes the id back from whoever has it, so ask for it only where
 * this process is still meant to run.
 */
public final class JournalFencedException extends JournalException {

  private static final long serialVersionUID = 1L;

  JournalFencedException(String message, Outcome outcome, Throwable cause) {
    super(message, outcome, cause);
  }
}
