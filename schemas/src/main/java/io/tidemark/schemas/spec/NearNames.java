package io.tidemark.schemas.spec;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that somebody may have meant. */
final class NearNames {

  private static final int SHOWN = 3;

  private NearNames() {}

  /**
   * What to say of a name that is not among those known: the near ones as a question, else all.
   *
   * @param known in the order to show them; may be empty
   */
  static String suggest(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return "";
    }
    // A third of the letters may be wrong; more, and the question would puzzle.
    int limit = Math.max(1, name.length() / 3);
    List<String> near =
        known.stream()
            .filter(k -> distance(name, k) <= limit)
            .sorted(Comparator.comparingInt(k -> distance(name, k)))
            .limit(SHOWN)
            .map(k -> "'" + k + "'")
            .toList();
    return near.isEmpty()
        ? "there are: " + String.join(", ", known)
        : "did you mean " + String.join(" or ", near) + "?";
  }

  /** Insertions, deletions, replacements and swaps of neighbours that turn one into the other. */
  static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    if (Math.abs(a.length() - b.length()) > b.length()) {
      return Integer.MAX_VALUE;
    }
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
