package io.tidemark.connectors.file;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.columns.BadValueException;
import io.tidemark.connectors.columns.JsonDecoder;
import io.tidemark.connectors.columns.JsonText;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/** Decodes JSON Lines: one object a line, in UTF-8. Lines of blanks only are passed over. */
final class JsonLines implements RecordParser {

  private final SourceFile file;
  private final ByteWindow window;
  private final JsonDecoder decoder;

  JsonLines(SourceFile file, ByteWindow window, JsonDecoder decoder) {
    this.file = file;
    this.window = window;
    this.decoder = decoder;
  }

  @Override
  public void seek(long offset) throws IOException {
    window.seek(offset);
    skipBlank();
  }

  @Override
  public long offset() {
    return window.offset();
  }

  @Override
  public GenericRecord next() throws TaskException, IOException {
    return each((bytes, at, length) -> (GenericRecord) JsonText.decode(bytes, at, length, decoder));
  }

  /** The next line as a tree, or null at the end. */
  JsonNode tree() throws TaskException, IOException {
    return each(JsonText::tree);
  }

  /** What becomes of a line. */
  private interface Reading<T> {
    T of(byte[] bytes, int at, int length) throws BadValueException;
  }

  private <T> T each(Reading<T> what) throws TaskException, IOException {
    try {
      int length = length();
      if (length == 0) {
        return null;
      }
      T value = what.of(window.buffer(), window.start(), length);
      window.advance(length);
      skipBlank();
      return value;
    } catch (BadValueException e) {
      throw BadRecord.in(file, window.offset(), e);
    }
  }

  @Override
  public byte[] pass() throws TaskException, IOException {
    try {
      int length = length();
      byte[] raw = window.copy(length);
      window.advance(length);
      skipBlank();
      return raw;
    } catch (BadValueException e) {
      throw BadRecord.fatal(file, window.offset(), e);
    }
  }

  // Of the line in hand, its end included; 0 at the end.
  private int length() throws IOException, BadValueException {
    int p = 0;
    while (true) {
      if (p == window.available()) {
        if (window.isTooLong()) {
          throw new BadValueException("longer than " + ByteWindow.MOST + " bytes");
        }
        if (!window.fill()) {
          return p;
        }
      }
      while (p < window.available()) {
        if (window.at(p++) == '\n') {
          return p;
        }
      }
    }
  }

  private void skipBlank() throws IOException {
    while (window.available() > 0 || window.fill()) {
      byte c = window.at(0);
      if (c != '\n' && c != '\r' && c != ' ' && c != '\t') {
        return;
      }
      window.advance(1);
    }
  }

  @Override
  public void close() {
    window.close();
  }
}
