package io.tidemark.kafka.journal;

/**
 * Kafka refuses what was asked, and will again: record too large, not authorized, no such topic.
 * The cause says which. The journal goes on if {@link Journal#isOpen()}, else after {@link
 * Journal#reopen()}.
 */
public final class JournalRejectedException extends JournalException {

  private static final long serialVersionUID = 1L;

  JournalRejectedException(String message, Outcome outcome, Throwable cause) {
    super(message, outcome, cause);
  }
}
