package io.tidemark.connectors.api;

import io.tidemark.core.retry.TaskException;
import org.apache.avro.generic.GenericRecord;

/**
 * Where a reader puts rows, one call a row. Which of the two methods is called was settled when
 * reader and writer agreed on a {@link RowFormat}; the other one throws {@link
 * IllegalStateException}. Implementations are decorators round one another (meter, digest, write).
 */
public interface Rows {

  /**
   * One row of format {@link RowFormat#RECORDS}. The callee keeps neither the record nor its
   * values.
   */
  void record(GenericRecord row) throws TaskException;

  /**
   * One row of a native format: {@code length} bytes from {@code offset}. The callee does not keep
   * the buffer.
   */
  void bytes(byte[] buffer, int offset, int length) throws TaskException;

  /**
   * A row that is there, in the place of a call of {@link #record}, and that the reader cannot
   * deliver. It counts as one that was given and refused; decorators hand it on.
   *
   * @param row the row as the source has it, of a schema of its own
   * @param why POISON
   * @throws TaskException {@code why}, unless the row as it is serves this taker
   */
  void refused(GenericRecord row, TaskException why) throws TaskException;
}
