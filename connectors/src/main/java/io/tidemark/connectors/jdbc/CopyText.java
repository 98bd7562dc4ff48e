package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.util.Arrays;

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
   * @throws TaskException POISON if PostgreSQL cannot hold the text: NUL, or half a surrogate pair
   */
  void field(CharSequence text, String column) throws TaskException {
    separate();
    int n = text.length();
    reserve(3 * n);
    for (int i = 0; i < n; i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\\' -> escaped('\\');
        case '\t' -> escaped('t');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        case 0 -> throw poison(column, "the character NUL, which no PostgreSQL text can hold");
        default -> {
          if (c < 0x80) {
            put((byte) c);
          } else if (c < 0x800) {
            put((byte) (0xc0 | (c >> 6)));
            tail(c);
          } else if (!Character.isSurrogate(c)) {
            put((byte) (0xe0 | (c >> 12)));
            tail(c >> 6);
            tail(c);
          } else {
            if (!Character.isHighSurrogate(c)
                || i + 1 == n
                || !Character.isLowSurrogate(text.charAt(i + 1))) {
              throw poison(column, "half a surrogate pair, which is no character");
            }
            int point = Character.toCodePoint(c, text.charAt(++i));
            put((byte) (0xf0 | (point >> 18)));
            tail(point >> 12);
            tail(point >> 6);
            tail(point);
          }
        }
      }
    }
  }

  /** A field that PostgreSQL itself put as text, in UTF-8. */
  void field(byte[] utf8, int offset, int size) {
    separate();
    reserve(2 * size);
    for (int i = offset; i < offset + size; i++) {
      switch (utf8[i]) {
        case '\\' -> escaped('\\');
        case '\t' -> escaped('t');
        case '\n' -> escaped('n');
        case '\r' -> escaped('r');
        default -> put(utf8[i]);
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
    put((byte) '\\');
    put((byte) c);
  }

  private void tail(int bits) {
    put((byte) (0x80 | (bits & 0x3f)));
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
