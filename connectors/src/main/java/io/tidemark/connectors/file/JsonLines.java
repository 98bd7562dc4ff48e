package io.tidemark.connectors.file;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.tidemark.core.retry.TaskException;
import java.io.IOException;
import org.apache.avro.generic.GenericRecord;

/** Decodes JSON Lines: one object a line, in UTF-8. Lines of blanks only are passed over. */
final class JsonLines implements RecordParser {

  // Names of nested columns hold those of all that they lie in: depth costs its square.
  private static final int DEEPEST = 100;

  private static final JsonMapper MAPPER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
                  .build())
          .build();

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
    return each((parser, path) -> decoder.decode(parser, path)) instanceof GenericRecord r
        ? r
        : null;
  }

  /** The next line as a tree, or null at the end. */
  JsonNode tree() throws TaskException, IOException {
    return each((parser, path) -> MAPPER.readTree(parser)) instanceof JsonNode n ? n : null;
  }

  private Object each(JsonDecoder what) throws TaskException, IOException {
    try {
      int length = length();
      if (length == 0) {
        return null;
      }
      refuseOtherThanUtf8(length);
      Object value;
      try (JsonParser parser =
          MAPPER.getFactory().createParser(window.buffer(), window.start(), length)) {
        parser.nextToken();
        value = what.decode(parser, "");
        if (parser.nextToken() != null) {
          throw new BadRecordException("more follows the object on its line");
        }
      }
      window.advance(length);
      skipBlank();
      return value;
    } catch (JsonProcessingException e) {
      BadRecordException bad =
          new BadRecordException("is no JSON: " + Shown.reason(e.getOriginalMessage()));
      bad.initCause(e);
      throw bad.in(file.path(), window.offset());
    } catch (BadRecordException e) {
      throw e.in(file.path(), window.offset());
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
    } catch (BadRecordException e) {
      throw e.fatal(file.path(), window.offset());
    }
  }

  // The parser would take a byte order mark, or zero bytes, for a sign that this line is in UTF-16
  // or UTF-32, and it reads some bytes as text that are none.
  private void refuseOtherThanUtf8(int length) throws BadRecordException {
    for (int i = 0; i < Math.min(length, 4); i++) {
      if (window.at(i) == 0 || (i == 0 && window.at(i) < 0)) {
        throw new BadRecordException("is no JSON in UTF-8: it begins with other bytes");
      }
    }
    if (!isAscii(length)) {
      CsvTokenizer.refuseOtherThanUtf8(window.buffer(), window.start(), length);
    }
  }

  private boolean isAscii(int length) {
    int all = 0;
    for (int i = 0; i < length; i++) {
      all |= window.at(i);
    }
    return all >= 0;
  }

  // Of the line in hand, its end included; 0 at the end.
  private int length() throws IOException, BadRecordException {
    int p = 0;
    while (true) {
      if (p == window.available()) {
        if (window.isTooLong()) {
          throw new BadRecordException("longer than " + ByteWindow.MOST + " bytes");
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
