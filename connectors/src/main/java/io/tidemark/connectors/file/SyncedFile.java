package io.tidemark.connectors.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A local file in the making: buffered, and on the disk once {@link #finish} returned. */
final class SyncedFile extends FileOutput {

  private static final int BUFFER = 1 << 16;

  private final FileChannel channel;
  private final byte[] buffer = new byte[BUFFER];
  private int used;
  private long flushed;

  private SyncedFile(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws java.nio.file.FileAlreadyExistsException if there is such a file
   */
  static SyncedFile create(Path path) throws IOException {
    return new SyncedFile(
        FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE));
  }

  @Override
  public long position() {
    return flushed + used;
  }

  @Override
  public void write(int b) throws IOException {
    if (used == BUFFER) {
      flush();
    }
    buffer[used++] = (byte) b;
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (length > BUFFER - used) {
      flush();
      if (length >= BUFFER) {
        drain(bytes, offset, length);
        return;
      }
    }
    System.arraycopy(bytes, offset, buffer, used, length);
    used += length;
  }

  @Override
  public void flush() throws IOException {
    drain(buffer, 0, used);
    used = 0;
  }

  private void drain(byte[] bytes, int offset, int length) throws IOException {
    ByteBuffer rest = ByteBuffer.wrap(bytes, offset, length);
    while (rest.hasRemaining()) {
      channel.write(rest);
    }
    flushed += length;
  }

  /** Writes what is buffered, makes the disk keep it, and closes. */
  void finish() throws IOException {
    flush();
    channel.force(true);
    channel.close();
  }

  /** Closes; what was buffered is lost. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Makes the disk keep a folder's entries: renames count only then. Not a thing on Windows. */
  static void syncFolder(Path folder) throws IOException {
    if (java.io.File.separatorChar == '/') {
      try (FileChannel c = FileChannel.open(folder, StandardOpenOption.READ)) {
        c.force(true);
      }
    }
  }
}
