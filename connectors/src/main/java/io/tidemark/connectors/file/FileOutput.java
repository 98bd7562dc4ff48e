package io.tidemark.connectors.file;

import java.io.IOException;
import java.io.OutputStream;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/**
 * A file in the making. Whoever writes through {@link #outputFile} may close that stream; the file
 * stays open. Used by one thread.
 */
public abstract class FileOutput extends OutputStream {

  /** Bytes written. */
  public abstract long position();

  /** Drops what was written, unless the file is finished. */
  @Override
  public abstract void close() throws IOException;

  /** This file as Parquet writes it. */
  final OutputFile outputFile() {
    return new OutputFile() {
      @Override
      public PositionOutputStream create(long blockSizeHint) {
        return new Positioned();
      }

      @Override
      public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return new Positioned();
      }

      @Override
      public boolean supportsBlockSize() {
        return false;
      }

      @Override
      public long defaultBlockSize() {
        return 0;
      }
    };
  }

  private final class Positioned extends PositionOutputStream {
    @Override
    public long getPos() {
      return position();
    }

    @Override
    public void write(int b) throws IOException {
      FileOutput.this.write(b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      FileOutput.this.write(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      FileOutput.this.flush();
    }

    @Override
    public void close() throws IOException {
      FileOutput.this.flush();
    }
  }
}
