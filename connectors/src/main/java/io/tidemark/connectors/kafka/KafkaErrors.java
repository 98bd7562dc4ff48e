package io.tidemark.connectors.kafka;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import io.tidemark.schemas.registry.RegistryException;
import io.tidemark.schemas.registry.RegistryUnavailableException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidPidMappingException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.PolicyViolationException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.ThrottlingQuotaExceededException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TransactionAbortableException;
import org.apache.kafka.common.errors.TransactionAbortedException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.WakeupException;

/** What a client's exception means, in words for users: which side, which topic, what to do. */
record KafkaErrors(KafkaEndpoint endpoint) {

  private static final int LONGEST = 400;

  /** Code of a failure that a newer claim of the partition explains; opening again tells. */
  static final String FENCED = "PRODUCER_FENCED";

  /** A failure that no retry mends, found by us and not by a broker. */
  TaskException fatal(String message) {
    return TaskException.fatal(endpoint.where() + ": " + message);
  }

  /** A failure that time may mend, found by us and not by a broker. */
  TaskException unavailable(String message) {
    return new TaskException(
        FailureKind.UNAVAILABLE, "UNAVAILABLE", endpoint.where() + ": " + message, null);
  }

  /**
   * @param doing what failed, such as {@code reading orders-3}
   */
  TaskException of(String doing, Throwable failure) {
    Throwable cause = rootOf(failure);
    return switch (cause) {
      case InterruptException e -> interrupted(doing, e);
      case InterruptedException e -> {
        Thread.currentThread().interrupt();
        yield interrupted(doing, e);
      }
      case WakeupException e -> interrupted(doing, e);
      case RecordTooLargeException e ->
          of(
              FailureKind.POISON,
              doing,
              e,
              "raise max.message.bytes of the topic, or let dead letters take the record");
      case InvalidTimestampException e ->
          of(FailureKind.POISON, doing, e, "see message.timestamp.*.max.ms of the topic");
      case InvalidRecordException e ->
          of(FailureKind.POISON, doing, e, "a compacted topic takes no record without a key");
      case AuthenticationException e ->
          of(FailureKind.FATAL, doing, e, "check the credentials under properties");
      case AuthorizationException e ->
          of(FailureKind.FATAL, doing, e, "grant the right to the spec's user, see the docs");
      case ProducerFencedException e -> fenced(doing, e);
      case InvalidProducerEpochException e -> fenced(doing, e);
      case InvalidTxnStateException e -> fenced(doing, e);
      case InvalidPidMappingException e -> fenced(doing, e);
      case OutOfOrderSequenceException e -> fenced(doing, e);
      case TransactionAbortedException e -> of(FailureKind.TRANSIENT, doing, e, "");
      case TransactionAbortableException e -> of(FailureKind.TRANSIENT, doing, e, "");
      case UnknownTopicOrPartitionException e ->
          of(FailureKind.FATAL, doing, e, "is the topic there, under this name?");
      case UnknownTopicIdException e ->
          of(FailureKind.FATAL, doing, e, "was the topic deleted and created anew?");
      case InvalidTxnTimeoutException e ->
          of(
              FailureKind.FATAL,
              doing,
              e,
              "lower transactionTimeout, or raise transaction.max.timeout.ms of the brokers");
      case InvalidReplicationFactorException e ->
          of(FailureKind.FATAL, doing, e, "set replication to what the cluster has brokers for");
      case PolicyViolationException e -> of(FailureKind.FATAL, doing, e, "");
      case ThrottlingQuotaExceededException e -> of(FailureKind.OVERLOAD, doing, e, "");
      case RegistryUnavailableException e -> of(FailureKind.UNAVAILABLE, doing, e, "");
      case TimeoutException e -> away(doing, e);
      case RetriableException e -> away(doing, e);
      case RegistryException e -> of(FailureKind.FATAL, doing, e, "");
      case ConfigException e when message(e).contains("No resolvable bootstrap urls") ->
          away(doing, e);
      case ConfigException e -> of(FailureKind.FATAL, doing, e, "mend it in the spec");
      default -> of(FailureKind.FATAL, doing, cause, "");
    };
  }

  private TaskException interrupted(String doing, Throwable e) {
    return new TaskException(
        FailureKind.TRANSIENT, "INTERRUPTED", endpoint.where() + ": " + doing + ": interrupted", e);
  }

  private TaskException fenced(String doing, Throwable e) {
    return new TaskException(
        FailureKind.TRANSIENT,
        FENCED,
        endpoint.where()
            + ": "
            + doing
            + ": the brokers no longer take this producer ("
            + message(e)
            + "); another claim of the partition was opened, or a chunk took longer than"
            + " transactionTimeout",
        e);
  }

  private TaskException away(String doing, Throwable e) {
    return of(
        FailureKind.UNAVAILABLE, doing, e, "are the brokers up, in sync, and reachable from here?");
  }

  private TaskException of(FailureKind kind, String doing, Throwable e, String remedy) {
    return new TaskException(
        kind,
        e.getClass().getSimpleName(),
        endpoint.where()
            + ": "
            + doing
            + ": "
            + message(e)
            + (remedy.isEmpty() ? "" : "; " + remedy),
        e);
  }

  private static String message(Throwable e) {
    String text = String.valueOf(e.getMessage());
    return text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text;
  }

  /** The failure itself: clients wrap it once or more. */
  private static Throwable rootOf(Throwable failure) {
    Throwable root = failure;
    while (isWrapper(root) && root.getCause() != null) {
      root = root.getCause();
    }
    return root;
  }

  private static boolean isWrapper(Throwable failure) {
    // Exactly KafkaException: its subclasses are failures in their own right.
    return failure instanceof ExecutionException
        || failure instanceof CompletionException
        || failure.getClass() == KafkaException.class;
  }
}
