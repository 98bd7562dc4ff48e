package io.tidemark.kafka.client;

/**
 * Kafka did not answer in time, or refused the connection; the message says where and what to
 * check.
 */
public final class KafkaUnreachableException extends Exception {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what was asked, where, and what to check
   * @param cause may be null
   */
  public KafkaUnreachableException(String message, Throwable cause) {
    super(message, cause);
  }
}
