package io.tidemark.connectors.columns;

import java.util.List;

/** What messages show of a source's own words, which may be as long as a file. */
public final class Shown {

  private static final int MOST_CHARACTERS = 60;
  private static final int LONGEST_REASON = 300;
  private static final int MOST_NAMES = 30;

  private Shown() {}

  /** The text, or its beginning. */
  public static String text(String text) {
    return cut(text, MOST_CHARACTERS);
  }

  /** An exception's message, shortened. */
  public static String reason(Exception e) {
    return reason(String.valueOf(e.getMessage()));
  }

  /** A library's message, which may quote what it was given. */
  public static String reason(String message) {
    return cut(message, LONGEST_REASON);
  }

  private static String cut(String text, int most) {
    return text.length() > most ? text.substring(0, most) + "…" : text;
  }

  /** The names, or the first of them and how many more there are. */
  public static String names(List<String> names) {
    String first = String.join(", ", names.stream().limit(MOST_NAMES).map(Shown::text).toList());
    int more = names.size() - MOST_NAMES;
    return more > 0 ? first + " and " + more + " more" : first;
  }
}
