package io.tidemark.connectors.file;

import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/** Writes rows into a {@link FileOutput} in one format. */
interface RowFile {

  void write(GenericRecord row) throws IOException;

  /** Writes what the format wants at the end; the file itself is finished by its owner. */
  void end() throws IOException;
}
