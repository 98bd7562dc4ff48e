package io.tidemark.kafka.client;

/** The settings given for Kafka clients cannot be used; all errors come in one message. */
public final class ClientConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  ClientConfigException(String message, Throwable cause) {
    super(message, cause);
  }
}
