package io.tidemark.connectors.file;

import java.io.Closeable;
import java.io.IOException;

/** A chunk's file in the making: nobody sees it before it is there as a whole. */
public interface ChunkFile extends Closeable {

  /** Where it is written, for messages. */
  String name();

  /** Takes its bytes. */
  FileOutput output();

  /** Hands over all that was written, so that {@link #publish} is one short step. */
  void finish() throws IOException;

  /**
   * Makes the finished file be there under its own name, at once.
   *
   * @return bytes
   * @throws java.nio.file.NoSuchFileException if somebody has removed it meanwhile
   */
  long publish() throws IOException;

  /** Drops it, unless it was published. */
  @Override
  void close() throws IOException;
}
