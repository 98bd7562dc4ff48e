package io.tidemark.deploy;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of Prometheus' language as it takes to find the metrics that an expression reads. */
final class PromQl {

  private static final Pattern STRING = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern GROUPING =
      Pattern.compile("\\b(?:by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)");
  private static final Pattern RANGE = Pattern.compile("\\[[^]]*]");
  private static final Pattern SELECTOR =
      Pattern.compile("(?<![\\w:])([a-zA-Z_:][\\w:]*)\\s*(\\{[^}]*})?(?!\\s*\\()(?![\\w:])");
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]\\w*)\\s*(?:=~|!~|!=|=)");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset", "bool", "inf");

  private PromQl() {}

  /** Each metric that is read, with the labels that it is selected by. */
  static Map<String, Set<String>> metrics(String expression) {
    String plain = STRING.matcher(expression).replaceAll("\"\"");
    plain = RANGE.matcher(GROUPING.matcher(plain).replaceAll(" ")).replaceAll(" ");
    Map<String, Set<String>> metrics = new TreeMap<>();
    Matcher m = SELECTOR.matcher(plain);
    while (m.find()) {
      if (!WORDS.contains(m.group(1))) {
        Set<String> labels = metrics.computeIfAbsent(m.group(1), name -> new TreeSet<>());
        if (m.group(2) != null) {
          LABEL.matcher(m.group(2)).results().forEach(l -> labels.add(l.group(1)));
        }
      }
    }
    return metrics;
  }
}
