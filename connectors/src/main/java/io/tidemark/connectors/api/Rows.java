package io.tidemark.connectors.api;

import io.tidemark.core.retry.TaskException;
import org.apache.avro.generic.GenericRecord;

/**
 * Where a reader puts rows, one call a row. Which of the two methods is called was settled when
 * reader and writer agreed on a {@link RowFormat}; the other one throws {@link
 * IllegalStateException}. Implementations are decorators round one another (meter, digest, write).
 */
public interface Rows {

  /** One row of format {@link RowFormat#RECORDS}. The callee does not keep the record. */
  void record(GenericRecord row) throws TaskException;

  /**
   * One row of a native format: {@code length} bytes from {@code offset}. The callee does not keep
   * the buffer.
   */
  void bytes(byte[] buffer, int offset, int length) throws TaskException;
}
