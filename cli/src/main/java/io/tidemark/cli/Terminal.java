package io.tidemark.cli;

import java.util.ArrayList;
import java.util.List;

/**
 * Which of the standard streams are a terminal. The launcher tells: from Java 22 on {@code
 * System.console()} is there whether or not anybody sits before it.
 */
final class Terminal {

  private static final String IN = "tidemark.terminal.in";
  private static final String OUT = "tidemark.terminal.out";

  private Terminal() {}

  static boolean in() {
    return Boolean.getBoolean(IN);
  }

  static boolean out() {
    return Boolean.getBoolean(OUT);
  }

  /**
   * A text from a topic or a database as one line that cannot steer a terminal: whoever may write a
   * reason must not move the cursor of whoever reads it.
   */
  static String plain(String text) {
    StringBuilder b = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> c == '\n' || c == '\r' || c == '\t' ? ' ' : c)
        .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.FORMAT ? '?' : c)
        .forEach(b::appendCodePoint);
    return b.toString();
  }

  /**
   * A text in lines of at most so many columns, broken between words where that can be; all but the
   * first are indented.
   *
   * @param width at least 20
   */
  static List<String> wrap(String text, int width) {
    List<String> lines = new ArrayList<>();
    String rest = plain(text).stripTrailing();
    while (rest.codePointCount(0, rest.length()) > width) {
      int most = rest.offsetByCodePoints(0, width);
      int space = rest.lastIndexOf(' ', most);
      // Not within the indent, or it would go on for ever.
      int end = space > width / 2 ? space : most;
      lines.add(rest.substring(0, end).stripTrailing());
      rest = "    " + rest.substring(end).strip();
    }
    lines.add(rest);
    return lines;
  }
}
