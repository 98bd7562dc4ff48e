package io.tidemark.cli;

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
}
