package io.tidemark.kafka.embedded;

/** The embedded broker could not start; the message names the directory or port and the remedy. */
public final class BrokerStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  BrokerStartException(String message, Throwable cause) {
    super(message, cause);
  }
}
