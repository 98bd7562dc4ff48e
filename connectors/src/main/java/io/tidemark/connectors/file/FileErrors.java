package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.Shown;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Failures of files, classified. A full disk is OVERLOAD: the partition waits until somebody makes
 * room, and loses no attempt meanwhile. What the operating system could not do now is TRANSIENT;
 * permissions, missing files and contents that make no sense are FATAL.
 */
final class FileErrors {

  private static final Logger log = LoggerFactory.getLogger(FileErrors.class);
  private static final long FULL = 1 << 20;

  private FileErrors() {}

  /** A failure to read, unless the contents are at fault: see {@link #corrupt}. */
  static TaskException reading(Object path, IOException e) {
    TaskException known = known(e);
    return known != null ? known : failure("cannot read " + path, "let this process read it", e);
  }

  /** A failure to write in or below a folder. */
  static TaskException writing(Path path, IOException e) {
    if (isFull(path, e)) {
      return new TaskException(
          FailureKind.OVERLOAD,
          "DISK_FULL",
          "cannot write " + path + ": no space is left there; make room, it goes on by itself",
          e);
    }
    return failure("cannot write " + path, "let this process write there", e);
  }

  /** Contents that make no sense: FATAL, unless the operating system failed beneath. */
  static TaskException corrupt(String path, String where, Exception e) {
    TaskException known = known(e);
    if (known != null) {
      return known;
    }
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof IOException io && isOperatingSystems(io)) {
        return failure("cannot read " + path + where, "", io);
      }
    }
    return new TaskException(
        FailureKind.FATAL,
        "CORRUPT",
        path
            + where
            + " is damaged or uses what is not supported ("
            + describe(e)
            + "); check the file with another reader, or write it again",
        e);
  }

  // What a storage has classified already; null: none of it.
  private static TaskException known(Exception e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof StorageException storage) {
        return storage.failure();
      }
    }
    return null;
  }

  /** Closes what was only read, where nothing is lost if that fails: it is noted in the log. */
  static void closeQuietly(Closeable closeable) {
    try {
      closeable.close();
    } catch (IOException e) {
      log.warn("closing a file failed", e);
    }
  }

  private static TaskException failure(String what, String permission, IOException e) {
    if (e instanceof AccessDeniedException) {
      return new TaskException(
          FailureKind.FATAL, "", what + ": permission denied; " + permission, e);
    }
    boolean lasting =
        e instanceof NoSuchFileException
            || e instanceof NotDirectoryException
            || e instanceof FileAlreadyExistsException
            || text(e).contains("read-only file system");
    return new TaskException(
        lasting ? FailureKind.FATAL : FailureKind.TRANSIENT, "", what + ": " + describe(e), e);
  }

  private static String describe(Exception e) {
    String name = e.getClass().getSimpleName();
    return e.getMessage() == null ? name : name + ": " + Shown.reason(e);
  }

  private static boolean isOperatingSystems(IOException e) {
    String text = text(e);
    return e instanceof ClosedByInterruptException
        || e instanceof FileSystemException
        || text.contains("input/output error")
        || text.contains("stale file handle")
        || text.contains("timed out");
  }

  private static boolean isFull(Path path, IOException e) {
    String text = text(e);
    if (text.contains("no space left") || text.contains("quota exceeded")) {
      return true;
    }
    if (e instanceof FileSystemException || e instanceof ClosedByInterruptException) {
      return false;
    }
    Path there = path;
    while (there != null && !Files.exists(there)) {
      there = there.getParent();
    }
    try {
      return there != null && Files.getFileStore(there).getUsableSpace() < FULL;
    } catch (IOException unknown) {
      e.addSuppressed(unknown);
      return false;
    }
  }

  private static String text(IOException e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
  }
}
