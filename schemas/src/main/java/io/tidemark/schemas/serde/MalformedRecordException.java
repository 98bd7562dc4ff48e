package io.tidemark.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * Bytes that are no record of the expected kind: corrupt, foreign, or of a schema that this version
 * does not know. The message says which, and holds no part of the content; whoever reads adds
 * topic, partition and offset.
 */
public final class MalformedRecordException extends SerializationException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message what was found instead of what, and no part of the content
   */
  public MalformedRecordException(String message) {
    super(message);
  }

  /**
   * @param message what was found instead of what, and no part of the content
   */
  public MalformedRecordException(String message, Throwable cause) {
    super(message, cause);
  }

  /** This failure with the place where the record lies, for readers that know it. */
  public MalformedRecordException at(String topic, int partition, long offset) {
    return new MalformedRecordException(
        topic + "-" + partition + " at offset " + offset + ": " + getMessage(), this);
  }
}
