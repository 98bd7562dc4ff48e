package io.tidemark.kafka.read;

/** A read did not come to its end in time; the message names what it waits for. */
public final class ReadTimeoutException extends Exception {

  private static final long serialVersionUID = 1L;

  ReadTimeoutException(String message, Throwable cause) {
    super(message, cause);
  }
}
