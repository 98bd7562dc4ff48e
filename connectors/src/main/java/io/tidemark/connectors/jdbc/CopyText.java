package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.Arrays;
import org.apache.avro.util.Utf8;

/**
 * Builds rows of COPY's text format in UTF-8: fields with tabs between, a line feed behind each
 * row. Its buffer is reused.
 */
final class CopyText {

  private final PostgresErrors errors;
  private byte[] bytes = new byte[1 << 16];
  private int length;
  private int fields;

  CopyText(PostgresErrors errors) {
    this.errors = errors;
  }

  byte[] buffer() {
    return bytes;
  }

  int length() {
    return length;
  }

  void clear() {
    length = 0;
    fields = 0;
  }

  void endRow() {
    put((byte) '\n');
    fields = 0;
  }

  void nullField() {
    separate();
    put((byte) '\\');
    put((byte) 'N');
  }

  /**
   * A field.
   *
   * @param column its column, for the message
   * @throws TaskException POISON if the text has half a surrogate pair
   */
  void field(CharSequence text, String column) throws TaskException {
    try {
      Utf8 utf8 = Texts.utf8(text);
      field(utf8.getBytes(), 0, utf8.getByteLength());
    } catch (IllegalArgumentException e) {
      throw poison(column, e.getMessage());
    }
  }

  /** A field in UTF-8. */
  void field(byte[] utf8, int offset, int size) {
    separate();
    reserve(2 * size);
    for (int i = offset; i < offset + size; i++) {
      byte b = utf8[i];
      if ((b > '\r' || b < 0) && b != '\\') {
        bytes[length++] = b;
        continue;
      }
      switch (b) {
        case '\\' -> escaped('\\');
        case '\t' -> escaped('t');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        default -> bytes[length++] = b;
      }
    }
  }

  private TaskException poison(String column, String what) {
    return new TaskException(
        FailureKind.POISON,
        "22021",
        errors.where() + ": column " + column + " holds " + what,
        null);
  }

  private void separate() {
    if (fields++ > 0) {
      put((byte) '\t');
    }
  }

  private void escaped(char c) {
    bytes[length++] = '\\';
    bytes[length++] = (byte) c;
  }

  private void put(byte b) {
    reserve(1);
    bytes[length++] = b;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + more, bytes.length * 2));
    }
  }
}
