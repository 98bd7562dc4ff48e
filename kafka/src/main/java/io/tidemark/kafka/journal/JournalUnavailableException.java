package io.tidemark.kafka.journal;

/**
 * Kafka did not answer in time. Rolled back: the journal goes on if {@link Journal#isOpen()}, else
 * after {@link Journal#reopen()}. In doubt: only {@code reopen()} tells.
 */
public final class JournalUnavailableException extends JournalException {

  private static final long serialVersionUID = 1L;

  JournalUnavailableException(String message, Outcome outcome, Throwable cause) {
    super(message, outcome, cause);
  }
}
