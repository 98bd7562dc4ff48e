package io.tidemark.connectors.iceberg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.iceberg.exceptions.AlreadyExistsException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.io.InputFile;
import org.apache.iceberg.io.OutputFile;
import org.apache.iceberg.io.PositionOutputStream;
import org.apache.iceberg.io.SeekableInputStream;

/**
 * A file of a mounted file system. What is written is on the disk, its name as well, once the
 * stream is closed: a catalog must not name what a power cut can take away.
 */
final class LocalFile implements InputFile, OutputFile {

  private static final int BUFFER = 1 << 16;

  private final String location;
  private final Path path;

  LocalFile(String location) {
    this.location = location;
    this.path = LakeFiles.path(location);
  }

  @Override
  public String location() {
    return location;
  }

  @Override
  public long getLength() {
    try {
      return Files.size(path);
    } catch (NoSuchFileException e) {
      throw missing(e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    }
  }

  @Override
  public boolean exists() {
    return Files.exists(path);
  }

  @Override
  public SeekableInputStream newStream() {
    try {
      return new In(FileChannel.open(path, StandardOpenOption.READ));
    } catch (NoSuchFileException e) {
      throw missing(e);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + location, e);
    }
  }

  private NotFoundException missing(IOException e) {
    return new NotFoundException(e, "There is no file %s", location);
  }

  @Override
  public PositionOutputStream create() {
    return open(StandardOpenOption.CREATE_NEW);
  }

  @Override
  public PositionOutputStream createOrOverwrite() {
    return open(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
  }

  private PositionOutputStream open(StandardOpenOption... how) {
    try {
      Path folder = path.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      StandardOpenOption[] options = java.util.Arrays.copyOf(how, how.length + 1);
      options[how.length] = StandardOpenOption.WRITE;
      return new Out(FileChannel.open(path, options), folder);
    } catch (FileAlreadyExistsException e) {
      throw new AlreadyExistsException(e, "File %s is there already", location);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + location, e);
    }
  }

  @Override
  public InputFile toInputFile() {
    return this;
  }

  @Override
  public String toString() {
    return location;
  }

  /** Makes the disk keep a folder's entries. Not a thing on Windows. */
  static void syncFolder(Path folder) throws IOException {
    if (java.io.File.separatorChar == '/') {
      try (FileChannel c = FileChannel.open(folder, StandardOpenOption.READ)) {
        c.force(true);
      }
    }
  }

  private static final class In extends SeekableInputStream {

    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER).limit(0);

    In(FileChannel channel) {
      this.channel = channel;
    }

    @Override
    public long getPos() throws IOException {
      return channel.position() - buffer.remaining();
    }

    @Override
    public void seek(long position) throws IOException {
      buffer.limit(0);
      channel.position(position);
    }

    @Override
    public int read() throws IOException {
      return fill() ? buffer.get() & 0xff : -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      if (!buffer.hasRemaining() && length >= BUFFER) {
        return channel.read(ByteBuffer.wrap(bytes, offset, length));
      }
      if (!fill()) {
        return -1;
      }
      int n = Math.min(length, buffer.remaining());
      buffer.get(bytes, offset, n);
      return n;
    }

    private boolean fill() throws IOException {
      if (buffer.hasRemaining()) {
        return true;
      }
      buffer.clear();
      int n = channel.read(buffer);
      buffer.flip();
      return n > 0;
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }

  private static final class Out extends PositionOutputStream {

    private final FileChannel channel;
    private final Path folder;
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long drained;

    Out(FileChannel channel, Path folder) {
      this.channel = channel;
      this.folder = folder;
    }

    @Override
    public long getPos() {
      return drained + buffer.position();
    }

    @Override
    public void write(int b) throws IOException {
      if (!buffer.hasRemaining()) {
        flush();
      }
      buffer.put((byte) b);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      if (length > buffer.remaining()) {
        flush();
        if (length >= BUFFER) {
          drain(ByteBuffer.wrap(bytes, offset, length));
          return;
        }
      }
      buffer.put(bytes, offset, length);
    }

    @Override
    public void flush() throws IOException {
      buffer.flip();
      drain(buffer);
      buffer.clear();
    }

    private void drain(ByteBuffer rest) throws IOException {
      while (rest.hasRemaining()) {
        drained += channel.write(rest);
      }
    }

    @Override
    public void close() throws IOException {
      if (!channel.isOpen()) {
        return;
      }
      try (channel) {
        flush();
        channel.force(true);
      }
      syncFolder(folder);
    }
  }
}
