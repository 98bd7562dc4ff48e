package io.tidemark.bench.data;

import java.io.Reader;
import java.util.Iterator;

/** Lines, each with its line feed, as one text. */
final class LinesReader extends Reader {

  private final Iterator<String> lines;
  private String line = "";
  private int at;

  LinesReader(Iterator<String> lines) {
    this.lines = lines;
  }

  @Override
  public int read(char[] buffer, int offset, int length) {
    int end = offset;
    while (end < offset + length && (at < line.length() || lines.hasNext())) {
      if (at == line.length()) {
        line = lines.next();
        at = 0;
      }
      int some = Math.min(offset + length - end, line.length() - at);
      line.getChars(at, at + some, buffer, end);
      at += some;
      end += some;
    }
    return end == offset && length > 0 ? -1 : end - offset;
  }

  @Override
  public void close() {}
}
