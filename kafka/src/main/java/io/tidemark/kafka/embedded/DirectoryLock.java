package io.tidemark.kafka.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Keeps a data directory for one broker. Kafka has a lock of its own, but where broker and
 * controller share a directory it is taken only after the controller has opened the metadata log: a
 * second process would have written to it by then. The operating system drops this lock with the
 * process, so that SIGKILL leaves nothing to clean up.
 */
final class DirectoryLock implements AutoCloseable {

  private static final String FILE = "embedded.lock";

  private final FileChannel channel;

  private DirectoryLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * Creates {@code directory} where it is missing and locks it.
   *
   * @throws BrokerStartException if another broker holds it or it cannot be written
   */
  static DirectoryLock acquire(Path directory) {
    try {
      Files.createDirectories(directory);
      var channel =
          FileChannel.open(
              directory.resolve(FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      try {
        if (!tryLock(channel)) {
          throw new BrokerStartException(
              "the data directory "
                  + directory
                  + " is in use by the embedded broker of process "
                  + holder(channel)
                  + "; stop that process or choose another directory",
              null);
        }
        channel.truncate(0);
        channel.write(UTF_8.encode(Long.toString(ProcessHandle.current().pid())), 0);
        return new DirectoryLock(channel);
      } catch (IOException | RuntimeException e) {
        channel.close();
        throw e;
      }
    } catch (IOException e) {
      throw new BrokerStartException(
          "the data directory "
              + directory
              + " cannot be created or written; check its permissions and the free space",
          e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // The same answer from within this JVM.
      return false;
    }
  }

  private static String holder(FileChannel channel) throws IOException {
    var bytes = ByteBuffer.allocate(20);
    channel.read(bytes, 0);
    String pid = UTF_8.decode(bytes.flip()).toString();
    return pid.isEmpty() ? "(unknown)" : pid;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
