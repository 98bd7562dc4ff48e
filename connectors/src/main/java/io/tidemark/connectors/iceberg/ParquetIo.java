package io.tidemark.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.apache.parquet.io.DelegatingPositionOutputStream;
import org.apache.parquet.io.DelegatingSeekableInputStream;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.SeekableInputStream;

/** Iceberg's files as Parquet's. */
final class ParquetIo {

  private ParquetIo() {}

  /** A file that is open already. */
  static OutputFile output(org.apache.iceberg.io.PositionOutputStream out) {
    return new OutputFile() {
      @Override
      public PositionOutputStream create(long blockSizeHint) {
        return stream(out);
      }

      @Override
      public PositionOutputStream createOrOverwrite(long blockSizeHint) {
        return stream(out);
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

  private static PositionOutputStream stream(org.apache.iceberg.io.PositionOutputStream out) {
    return new DelegatingPositionOutputStream(out) {
      @Override
      public long getPos() throws IOException {
        return out.getPos();
      }
    };
  }

  /**
   * @param length of the file, bytes
   */
  static InputFile input(org.apache.iceberg.io.InputFile file, long length) {
    return new InputFile() {
      @Override
      public long getLength() {
        return length;
      }

      @Override
      public SeekableInputStream newStream() throws IOException {
        try {
          return stream(file.newStream());
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
    };
  }

  private static SeekableInputStream stream(org.apache.iceberg.io.SeekableInputStream in) {
    return new DelegatingSeekableInputStream(in) {
      @Override
      public long getPos() throws IOException {
        return in.getPos();
      }

      @Override
      public void seek(long position) throws IOException {
        in.seek(position);
      }
    };
  }
}
