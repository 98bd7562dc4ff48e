package io.tidemark.connectors.file;

import java.util.regex.Pattern;

/**
 * A pattern of paths: {@code *} and {@code ?} stay within a name, {@code **} crosses any number of
 * folders, none included, {@code [abc]} is one of these characters, <code>{a,b}</code> one of these
 * texts.
 *
 * @param base the folder above the first name that holds a wildcard; may be empty
 * @param pattern what a path with {@code /} between its names must be
 */
public record Glob(String base, Pattern pattern) {

  private static final String WILD = "*?[{";

  /** Whether the text holds a wildcard. */
  public static boolean isGlob(String text) {
    return text.chars().anyMatch(c -> WILD.indexOf(c) >= 0);
  }

  /**
   * The pattern of a text that {@linkplain #isGlob is one}.
   *
   * @throws IllegalArgumentException if a bracket or a brace is not closed
   */
  public static Glob of(String text) {
    int wild = 0;
    while (WILD.indexOf(text.charAt(wild)) < 0) {
      wild++;
    }
    int slash = text.lastIndexOf('/', wild);
    String base = slash < 0 ? "" : slash == 0 ? "/" : text.substring(0, slash);
    return new Glob(base, Pattern.compile(regex(text)));
  }

  /** Whether the pattern takes that path, with {@code /} between its names. */
  public boolean matches(String path) {
    return pattern.matcher(path).matches();
  }

  private static String regex(String text) {
    StringBuilder out = new StringBuilder();
    boolean inBraces = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '*' -> {
          if (text.startsWith("**/", i)) {
            out.append("(?:[^/]+/)*");
            i += 2;
          } else if (text.startsWith("**", i)) {
            out.append(".*");
            i++;
          } else {
            out.append("[^/]*");
          }
        }
        case '?' -> out.append("[^/]");
        case '[' -> {
          int end = text.indexOf(']', i + 2);
          if (end < 0) {
            throw new IllegalArgumentException("'[' is not closed");
          }
          String set = text.substring(i + 1, end).replace("\\", "\\\\").replace("[", "\\[");
          out.append(set.startsWith("!") ? "[^/" + set.substring(1) : "[" + set).append(']');
          i = end;
        }
        case '{' -> {
          if (inBraces || text.indexOf('}', i) < 0) {
            throw new IllegalArgumentException("'{' is nested or not closed");
          }
          inBraces = true;
          out.append("(?:");
        }
        case '}' -> {
          out.append(inBraces ? ")" : "\\}");
          inBraces = false;
        }
        case ',' -> out.append(inBraces ? "|" : ",");
        default -> out.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return out.toString();
  }
}
