package io.tidemark.kafka.journal;

import io.tidemark.kafka.journal.JournalException.Outcome;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;

/** What a producer's exception means for a journal. */
final class Failures {

  private Failures() {}

  /**
   * @param subject what happened to which transaction; begins the message
   * @param failure what the producer threw
   * @param outcome what is known about the transaction
   */
  static JournalException classify(String subject, Throwable failure, Outcome outcome) {
    Throwable cause = rootOf(failure);
    String what = subject + ": ";
    return switch (cause) {
      case CommitFailedException e ->
          new LostGenerationException(what + "the group has rebalanced", outcome, e);
      case FencedInstanceIdException e ->
          new LostGenerationException(
              what + "another member joined with the same group.instance.id", outcome, e);
      case InvalidProducerEpochException e when outcome == Outcome.IN_DOUBT ->
          fenced(what, outcome, e);
      case InvalidProducerEpochException e ->
          new LostGenerationException(what + "the producer's epoch is out of date", outcome, e);
      case ProducerFencedException e -> fenced(what, outcome, e);
      case InvalidTxnStateException e -> fenced(what, outcome, e);
      case InvalidPidMappingException e -> fenced(what, outcome, e);
      case OutOfOrderSequenceException e -> fenced(what, outcome, e);
      case InterruptException e ->
          new JournalUnavailableException(what + "the thread was interrupted", outcome, e);
      case RetriableException e -> unavailable(what, outcome, e);
      case TransactionAbortableException e -> unavailable(what, outcome, e);
      case TransactionAbortedException e -> unavailable(what, outcome, e);
      default -> new JournalRejectedException(what + cause.getMessage(), outcome, cause);
    };
  }

  /**
   * The failure itself: the producer wraps it when a later call meets the error state it caused,
   * and a record's future wraps it once more.
   */
  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (isWrapper(root) && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static boolean isWrapper(Throwable failure) {
    // Exactly KafkaException: its subclasses are failures in their own right.
    return failure instanceof ExecutionException || failure.getClass() == KafkaException.class;
  }

  private static JournalException fenced(String what, Outcome outcome, Exception cause) {
    return new JournalFencedException(
        what
            + "the broker no longer takes this producer ("
            + cause.getMessage()
            + "); a newer one has its id, or it was silent past transaction.timeout.ms",
        outcome,
        cause);
  }

  private static JournalException unavailable(String what, Outcome outcome, Exception cause) {
    return new JournalUnavailableException(
        what + cause.getMessage() + "; check that the brokers are up and in sync", outcome, cause);
  }
}
