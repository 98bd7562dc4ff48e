package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.io.IOException;

/** A failure of a storage, already classified, on its way through what knows streams only. */
public final class StorageException extends IOException {

  private static final long serialVersionUID = 1L;

  private final transient TaskException failure;

  /**
   * @param failure what it is
   */
  public StorageException(TaskException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /** What it is. */
  public TaskException failure() {
    return failure;
  }
}
