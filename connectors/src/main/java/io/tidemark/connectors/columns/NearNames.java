package io.tidemark.connectors.columns;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that somebody may have meant. */
public final class NearNames {

  private static final int MOST = 5;

  private NearNames() {}

  /** {@code ; did you mean …?}, or those that there are, or nothing. */
  public static String hint(String name, Collection<String> known) {
    if (known.isEmpty()) {
      return "";
    }
    int limit = Math.max(2, name.length() / 3);
    List<String> near =
        known.stream()
            .filter(k -> distance(name, k) <= limit)
            .sorted(Comparator.comparingInt(k -> distance(name, k)))
            .limit(MOST)
            .toList();
    return near.isEmpty()
        ? "; there are: " + String.join(", ", known.stream().limit(4 * MOST).toList())
        : "; did you mean " + String.join(" or ", near) + "?";
  }

  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
