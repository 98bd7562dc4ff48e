package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/** Finds and decodes the records of a slice of bytes, one after the other. */
interface RecordParser extends AutoCloseable {

  /** Goes to the record that starts at that offset of the file. */
  void seek(long offset) throws IOException;

  /** Where the next record starts; the slice's end after the last one. */
  long offset();

  /**
   * The next record, or null at the slice's end.
   *
   * @throws TaskException POISON if the record is a bad one, naming its place
   */
  GenericRecord next() throws TaskException, IOException;

  /**
   * Passes over the record that {@link #next} refused, and goes to the one behind it.
   *
   * @return its bytes, the line end included
   * @throws TaskException FATAL if nobody can tell where it ends
   */
  byte[] pass() throws TaskException, IOException;

  @Override
  void close();
}
