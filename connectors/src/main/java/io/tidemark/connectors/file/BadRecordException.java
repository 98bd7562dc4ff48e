package io.tidemark.connectors.file;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A record that cannot be decoded. The message says why; who catches it knows where. */
final class BadRecordException extends Exception {

  private static final long serialVersionUID = 1L;
  private static final long MOST_COUNTED = 64 << 20;

  BadRecordException(String reason) {
    super(reason);
  }

  BadRecordException(String column, String reason) {
    super("column '" + Shown.text(column) + "' " + reason);
  }

  /** The POISON failure that names the place. */
  TaskException in(Path file, long offset) {
    return as(FailureKind.POISON, file, offset);
  }

  /** The FATAL failure that names the place: nobody can tell where the record ends. */
  TaskException fatal(Path file, long offset) {
    return as(FailureKind.FATAL, file, offset);
  }

  private TaskException as(FailureKind kind, Path file, long offset) {
    return new TaskException(
        kind,
        "BAD_RECORD",
        place(file, offset)
            + ": "
            + getMessage()
            + "; mend the file and plan again under a new name",
        this);
  }

  /** The file, the offset, and the line where that is not far from the file's start. */
  static String place(Path file, long offset) {
    long line = offset > MOST_COUNTED ? -1 : line(file, offset);
    return file + ", record at byte " + offset + (line < 0 ? "" : " (line " + line + ")");
  }

  private static long line(Path file, long offset) {
    long line = 1;
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = 0;
      while (at < offset && channel.read(buffer.clear(), at) > 0) {
        int n = (int) Math.min(buffer.position(), offset - at);
        for (int i = 0; i < n; i++) {
          line += buffer.get(i) == '\n' ? 1 : 0;
        }
        at += n;
      }
      return at < offset ? -1 : line;
    } catch (IOException unreadable) {
      // The line is only a help; the failure that it belongs to is reported without it.
      return -1;
    }
  }
}
