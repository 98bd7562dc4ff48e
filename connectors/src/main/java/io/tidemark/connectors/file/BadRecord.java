package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Tells where a record lies that cannot be decoded. */
final class BadRecord {

  private static final long MOST_COUNTED = 64 << 20;

  private BadRecord() {}

  /** The POISON failure that names the place. */
  static TaskException in(Path file, long offset, BadValueException why) {
    return as(FailureKind.POISON, file, offset, why);
  }

  /** The FATAL failure that names the place: nobody can tell where the record ends. */
  static TaskException fatal(Path file, long offset, BadValueException why) {
    return as(FailureKind.FATAL, file, offset, why);
  }

  private static TaskException as(FailureKind kind, Path file, long offset, BadValueException why) {
    return new TaskException(
        kind,
        "BAD_RECORD",
        place(file, offset)
            + ": "
            + why.getMessage()
            + "; mend the file and plan again under a new name",
        why);
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
