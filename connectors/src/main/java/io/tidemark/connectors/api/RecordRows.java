package io.tidemark.connectors.api;

import io.tidemark.core.retry.TaskException;
import org.apache.avro.generic.GenericRecord;

/** Rows of which only records are taken, for a taker that has no use for one that is refused. */
public interface RecordRows extends Rows {

  @Override
  default void bytes(byte[] buffer, int offset, int length) throws TaskException {
    throw new IllegalStateException("rows were agreed to come as records");
  }

  @Override
  default void refused(GenericRecord row, TaskException why) throws TaskException {
    throw why;
  }
}
