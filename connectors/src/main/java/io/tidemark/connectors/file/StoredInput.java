package io.tidemark.connectors.file;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.SeekableInputStream;

/** A file as Parquet reads it. Its streams share the file's bytes, and are used by one thread. */
final class StoredInput implements InputFile, Closeable {

  private static final int BUFFER = 4_096;

  private final FileBytes bytes;
  private final long length;

  StoredInput(FileBytes bytes, long length) {
    this.bytes = bytes;
    this.length = length;
  }

  @Override
  public long getLength() {
    return length;
  }

  /**
   * @see FileBytes#expect
   */
  void expect(long from, long to) throws IOException {
    bytes.expect(from, to);
  }

  @Override
  public SeekableInputStream newStream() {
    return new Stream(new Positioned());
  }

  @Override
  public void close() throws IOException {
    bytes.close();
  }

  private static final class Stream extends DelegatingSeekableInputStream {

    private final Positioned in;

    Stream(Positioned in) {
      super(in);
      this.in = in;
    }

    @Override
    public long getPos() {
      return in.at;
    }

    @Override
    public void seek(long to) throws IOException {
      if (to < 0) {
        throw new EOFException("there is no byte " + to);
      }
      in.at = to;
    }
  }

  // Headers are read byte by byte, pages whole: only the former go through the buffer.
  private final class Positioned extends java.io.InputStream {

    private final byte[] buffer = new byte[BUFFER];
    private long start;
    private int filled;
    private long at;

    @Override
    public int read() throws IOException {
      if (at < start || at >= start + filled) {
        start = at;
        filled = Math.max(0, bytes.read(ByteBuffer.wrap(buffer), at));
        if (filled == 0) {
          return -1;
        }
      }
      return buffer[(int) (at++ - start)] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int wanted) throws IOException {
      if (wanted == 0) {
        return 0;
      }
      int n = bytes.read(ByteBuffer.wrap(into, offset, wanted), at);
      at += Math.max(0, n);
      return n;
    }
  }
}
