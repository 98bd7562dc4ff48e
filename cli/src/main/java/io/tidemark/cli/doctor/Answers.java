package io.tidemark.cli.doctor;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/** What Kafka answers to a question, in time; what it says instead as a finding. */
final class Answers {

  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private Answers() {}

  /**
   * The answer.
   *
   * @throws ExecutionException with Kafka's own failure as its cause, always a KafkaException
   */
  static <T> T of(KafkaFuture<T> question) throws ExecutionException, InterruptedException {
    try {
      return question.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new ExecutionException(
          new org.apache.kafka.common.errors.TimeoutException(
              "no answer within " + PATIENCE.toSeconds() + " s"));
    }
  }

  /** What a failed question means. */
  static Finding failure(String check, Throwable e) {
    Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
    return switch (cause) {
      case AuthenticationException a ->
          Finding.failed(
              check,
              "Kafka refused the login: " + a.getMessage(),
              "check the security settings in --command-config");
      case AuthorizationException a ->
          Finding.failed(
              check,
              a.getMessage(),
              "let this user do it (kafka-acls.sh --add); docs/operations.md lists the rights");
      case org.apache.kafka.common.errors.RetriableException r ->
          Finding.unreachable(check, r.getMessage(), "check the brokers and the network");
      case KafkaException k -> Finding.failed(check, k.getMessage(), "check the brokers' logs");
      default -> Finding.failed(check, cause.toString(), "check the brokers' logs");
    };
  }
}
