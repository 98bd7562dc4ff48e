package io.tidemark.schemas.registry;

import org.apache.kafka.common.KafkaException;

/**
 * The schema registry answered, and not with what was asked for: it refuses the credentials, the
 * schema or the question. Asking again would not help. The message names the registry, what was
 * asked and the remedy, and no credential.
 */
public final class RegistryException extends KafkaException {

  private static final long serialVersionUID = 1L;

  private final int status;

  RegistryException(String message, int status) {
    super(message);
    this.status = status;
  }

  /** The HTTP status of its answer; 0 if it is not about one answer. */
  public int status() {
    return status;
  }
}
