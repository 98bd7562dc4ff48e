package io.tidemark.kafka.admin;

/** Topics are not, and cannot be made, as they must be; the message has every difference. */
public final class TopicException extends Exception {

  private static final long serialVersionUID = 1L;

  TopicException(String message, Throwable cause) {
    super(message, cause);
  }
}
