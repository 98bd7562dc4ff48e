package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Tells where a record lies that cannot be decoded. */
final class BadRecord {

  private BadRecord() {}

  /** The POISON failure that names the place. */
  static TaskException in(SourceFile file, long offset, BadValueException why) {
    return as(FailureKind.POISON, file, offset, why);
  }

  /** The FATAL failure that names the place: nobody can tell where the record ends. */
  static TaskException fatal(SourceFile file, long offset, BadValueException why) {
    return as(FailureKind.FATAL, file, offset, why);
  }

  private static TaskException as(
      FailureKind kind, SourceFile file, long offset, BadValueException why) {
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
  static String place(SourceFile file, long offset) {
    long line = offset > file.storage().readForMessages() ? -1 : line(file, offset);
    return file.path() + ", record at byte " + offset + (line < 0 ? "" : " (line " + line + ")");
  }

  private static long line(SourceFile file, long offset) {
    long line = 1;
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
    try (FileBytes bytes = file.open()) {
      long at = 0;
      while (at < offset && bytes.read(buffer.clear(), at) > 0) {
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
