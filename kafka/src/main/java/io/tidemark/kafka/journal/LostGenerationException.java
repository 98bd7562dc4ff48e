package io.tidemark.kafka.journal;

/**
 * The group has moved on: this member no longer holds the generation (or the producer the epoch) it
 * wrote with. Ordinary in a rebalance. Rolled back; the journal goes on: poll the consumer, drop
 * the queues it takes away, and commit anew what is still owned.
 */
public final class LostGenerationException extends JournalException {

  private static final long serialVersionUID = 1L;

  LostGenerationException(String message, Outcome outcome, Throwable cause) {
    super(message, outcome, cause);
  }
}
