package io.tidemark.core.retry;

import io.tidemark.schemas.avro.FailureKind;

/**
 * The sink has seen a newer claim of this partition: whoever gets this must stop and write nothing.
 */
public final class FencedException extends TaskException {

  private static final long serialVersionUID = 1L;

  /** Code of the failure that this becomes in the log. */
  public static final String CODE = "FENCED";

  public FencedException(String partition, long fence, String detail) {
    super(
        FailureKind.FATAL,
        CODE,
        "partition " + partition + ": the claim with fence " + fence + " is out of date; " + detail,
        null);
  }
}
