package io.tidemark.schemas.registry;

import org.apache.kafka.common.errors.RetriableException;

/**
 * No schema registry answered, though each was asked several times. It says nothing about the
 * record or schema in question: the same may succeed later. The message names the registries and no
 * credential.
 */
public final class RegistryUnavailableException extends RetriableException {

  private static final long serialVersionUID = 1L;

  RegistryUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }
}
