package io.tidemark.connectors.file;

import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.Utf8Text;
import java.io.IOException;
import java.util.Arrays;

/**
 * Finds the fields of one CSV record after the other, as RFC 4180 has them: a field that begins
 * with a quote ends with the next one that is not doubled; records end with LF or CR LF. Strict: a
 * quote or a lone CR in an unquoted field is an error, for what follows it could mean two things.
 */
final class CsvTokenizer {

  private static final int START = 0;
  private static final int PLAIN = 1;
  private static final int QUOTED = 2;
  private static final int QUOTE = 3;
  private static final int RETURN = 4;

  private final ByteWindow window;
  private final byte delimiter;
  private int[] from = new int[16];
  private int[] to = new int[16];
  private boolean[] quoted = new boolean[16];
  private boolean[] doubled = new boolean[16];
  private int fields;
  private int length;

  CsvTokenizer(ByteWindow window, byte delimiter) {
    this.window = window;
    this.delimiter = delimiter;
  }

  /** Fields of the record in hand. */
  int fields() {
    return fields;
  }

  /** Its bytes, the line end included. */
  int length() {
    return length;
  }

  /** Whether it is an empty line. */
  boolean isBlank() {
    return fields == 1 && from[0] == to[0] && !quoted[0];
  }

  boolean isQuoted(int field) {
    return quoted[field];
  }

  /**
   * Finds the fields of the record that starts where the window stands; the window stays there.
   *
   * @return false at the end
   */
  boolean find() throws IOException, BadValueException {
    fields = 0;
    int state = START;
    int fieldFrom = 0;
    int fieldTo = 0;
    boolean twice = false;
    int p = 0;
    while (true) {
      if (p == window.available()) {
        if (window.isTooLong()) {
          throw new BadValueException(
              "longer than " + ByteWindow.MOST + " bytes; is a quote left open?");
        }
        if (!window.fill()) {
          return p > 0 && end(state, fieldFrom, fieldTo, p, twice);
        }
      }
      byte[] bytes = window.buffer();
      int base = window.start();
      int available = window.available();
      while (p < available) {
        byte c = bytes[base + p];
        switch (state) {
          case START, PLAIN -> {
            if (state == START) {
              twice = false;
              fieldFrom = p;
              if (c == '"') {
                fieldFrom++;
                state = QUOTED;
                break;
              }
              state = PLAIN;
            }
            if (c == delimiter) {
              add(fieldFrom, p, false, false);
              state = START;
            } else if (c == '\n') {
              add(fieldFrom, p, false, false);
              length = p + 1;
              return true;
            } else if (c == '\r') {
              add(fieldFrom, p, false, false);
              state = RETURN;
            } else if (c == '"') {
              throw bad("a quote stands inside of a field that does not begin with one");
            }
          }
          case QUOTED -> {
            if (c == '"') {
              fieldTo = p;
              state = QUOTE;
            }
          }
          case QUOTE -> {
            if (c == '"') {
              twice = true;
              state = QUOTED;
            } else if (c == delimiter) {
              add(fieldFrom, fieldTo, true, twice);
              state = START;
            } else if (c == '\n') {
              add(fieldFrom, fieldTo, true, twice);
              length = p + 1;
              return true;
            } else if (c == '\r') {
              add(fieldFrom, fieldTo, true, twice);
              state = RETURN;
            } else {
              throw bad("text follows the closing quote");
            }
          }
          default -> {
            if (c != '\n') {
              throw bad("a carriage return is not followed by a line feed");
            }
            length = p + 1;
            return true;
          }
        }
        p++;
      }
    }
  }

  private boolean end(int state, int fieldFrom, int fieldTo, int at, boolean twice)
      throws BadValueException {
    switch (state) {
      case START -> add(at, at, false, false);
      case PLAIN -> add(fieldFrom, at, false, false);
      case QUOTE -> add(fieldFrom, fieldTo, true, twice);
      case QUOTED -> throw bad("a quote is never closed");
      default -> throw bad("a carriage return is not followed by a line feed");
    }
    length = at;
    return true;
  }

  private BadValueException bad(String reason) {
    return new BadValueException("field " + (fields + 1) + ": " + reason);
  }

  private void add(int start, int end, boolean inQuotes, boolean twice) {
    if (fields == from.length) {
      from = Arrays.copyOf(from, 2 * fields);
      to = Arrays.copyOf(to, 2 * fields);
      quoted = Arrays.copyOf(quoted, 2 * fields);
      doubled = Arrays.copyOf(doubled, 2 * fields);
    }
    from[fields] = start;
    to[fields] = end;
    quoted[fields] = inQuotes;
    doubled[fields] = twice;
    fields++;
  }

  /** Whether the field's bytes, as they stand between its quotes, are these. */
  boolean is(int field, byte[] text) {
    int base = window.start();
    return Arrays.equals(
        window.buffer(), base + from[field], base + to[field], text, 0, text.length);
  }

  /** The field's text, doubled quotes made one. */
  String text(int field) throws BadValueException {
    int at = window.start() + from[field];
    int n = to[field] - from[field];
    String text = Utf8Text.of(window.buffer(), at, n);
    return doubled[field] ? text.replace("\"\"", "\"") : text;
  }
}
