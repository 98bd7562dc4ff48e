package io.tidemark.core.retry;

import io.tidemark.schemas.avro.FailureKind;

/**
 * A failure of a source or a sink, already classified. Its message stands before users: it names
 * the thing, the place and the remedy, and holds no secret.
 */
public class TaskException extends Exception {

  private static final long serialVersionUID = 1L;

  private final FailureKind kind;
  private final String code;

  /**
   * @param kind how it is to be handled
   * @param code the failing system's own code, such as a SQLState; may be empty
   * @param message what happened, where, and what to do
   * @param cause may be null
   */
  public TaskException(FailureKind kind, String code, String message, Throwable cause) {
    super(message, cause);
    this.kind = kind;
    this.code = code;
  }

  /** A failure that no retry mends: permission, schema drift, a spec that does not fit. */
  public static TaskException fatal(String message) {
    return new TaskException(FailureKind.FATAL, "", message, null);
  }

  public FailureKind kind() {
    return kind;
  }

  public String code() {
    return code;
  }
}
