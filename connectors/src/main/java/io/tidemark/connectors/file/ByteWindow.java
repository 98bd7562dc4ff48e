package io.tidemark.connectors.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A window on the bytes of a file up to a given end, that slides forward with the record in hand
 * and grows with it, up to a limit. Positions are counted from the start of that record.
 */
final class ByteWindow implements AutoCloseable {

  /** The longest record, bytes. */
  static final int MOST = 16 << 20;

  private static final int FIRST = 1 << 18;

  private final FileBytes bytes;
  private final long end;
  private byte[] buffer = new byte[FIRST];
  private int start;
  private int limit;
  private long offset;

  ByteWindow(SourceFile file, long from, long end) throws IOException {
    this.bytes = file.open();
    this.end = end;
    bytes.until(end);
    this.offset = from;
  }

  /** Starts a record at that offset of the file. */
  void seek(long to) {
    start = 0;
    limit = 0;
    offset = to;
  }

  /** Offset in the file of the record in hand. */
  long offset() {
    return offset;
  }

  /** Bytes of it, and of what follows, that are at hand. */
  int available() {
    return limit - start;
  }

  byte[] buffer() {
    return buffer;
  }

  /** Index in the buffer of the record's first byte. */
  int start() {
    return start;
  }

  byte at(int position) {
    return buffer[start + position];
  }

  /** The first bytes of the record in hand. */
  byte[] copy(int bytes) {
    return Arrays.copyOfRange(buffer, start, start + bytes);
  }

  /** Goes on to the record that starts so many bytes further. */
  void advance(int bytes) {
    start += bytes;
    offset += bytes;
  }

  /** Whether the record in hand has reached the limit. */
  boolean isTooLong() {
    return available() >= MOST;
  }

  /**
   * Gets more bytes.
   *
   * @return false at the end
   * @throws IOException if the file cannot be read, or ends early
   */
  boolean fill() throws IOException {
    long left = end - offset - available();
    if (left <= 0) {
      return false;
    }
    if (start > 0) {
      System.arraycopy(buffer, start, buffer, 0, available());
      limit -= start;
      start = 0;
    }
    if (limit == buffer.length) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
    int want = (int) Math.min(left, buffer.length - limit);
    int got = bytes.read(ByteBuffer.wrap(buffer, limit, want), offset + limit);
    if (got < 0) {
      throw new IOException("it ends at byte " + (offset + limit) + " of " + end);
    }
    limit += got;
    return true;
  }

  @Override
  public void close() {
    FileErrors.closeQuietly(bytes);
  }
}
