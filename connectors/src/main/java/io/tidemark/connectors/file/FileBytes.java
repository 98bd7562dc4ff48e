package io.tidemark.connectors.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The bytes of one file, by place. Used by one thread. */
public interface FileBytes extends Closeable {

  /**
   * Reads some bytes, at least one where there is one.
   *
   * @param at offset in the file
   * @return how many; -1 at the file's end
   * @throws IOException a {@link StorageException}, or what the file system says
   */
  int read(ByteBuffer into, long at) throws IOException;

  /**
   * Says that no byte from {@code end} on is wanted for now: what reads ahead need not go further.
   */
  default void until(long end) {}

  /**
   * Says that all bytes from {@code from} to {@code to} are wanted soon, in any order and more than
   * once; whatever was said so before is not wanted any more.
   *
   * @throws IOException as {@link #read} does
   */
  default void expect(long from, long to) throws IOException {}
}
