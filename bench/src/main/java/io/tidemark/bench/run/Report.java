package io.tidemark.bench.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Sections as Markdown tables and as JSON. */
public final class Report {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double MEBIBYTE = 1 << 20;

  private Report() {}

  /** The section's table, with its title and notes. */
  public static String markdown(Section section) {
    Set<String> extras = new LinkedHashSet<>();
    section.entries().forEach(e -> extras.addAll(e.headings()));
    boolean counted = !section.unit().isEmpty();
    boolean compared = !section.baseline().isEmpty();
    List<List<String>> lines = new ArrayList<>();
    List<String> head = new ArrayList<>(List.of("contender", "runs", "median s", "min", "max"));
    if (counted) {
      head.add(section.unit() + "/s");
    }
    if (compared) {
      head.add("ratio to " + section.baseline());
    }
    head.add("peak RSS, MiB");
    head.addAll(extras);
    lines.add(head);
    for (Entry e : section.entries()) {
      lines.add(line(section, e, extras));
    }
    StringBuilder b = new StringBuilder("### ").append(section.title()).append("\n\n");
    section.notes().forEach(n -> b.append("- ").append(n).append('\n'));
    return b.append(section.notes().isEmpty() ? "" : "\n").append(aligned(lines)).toString();
  }

  private static List<String> line(Section section, Entry e, Set<String> extras) {
    List<String> line = new ArrayList<>();
    line.add(e.trouble().isEmpty() ? e.name() : e.name() + " (" + oneLine(e.trouble()) + ")");
    line.add(Integer.toString(e.outcomes().size()));
    if (e.outcomes().isEmpty()) {
      return line;
    }
    Statistics s = e.seconds();
    line.add(number(s.median()));
    line.add(number(s.min()));
    line.add(number(s.max()));
    if (!section.unit().isEmpty()) {
      line.add(number(e.rate().median()));
    }
    if (!section.baseline().isEmpty()) {
      line.add(ratio(section, e).map(r -> String.format(Locale.ROOT, "%.2f", r)).orElse(""));
    }
    line.add(e.peakRss() > 0 ? number(e.peakRss() / MEBIBYTE) : "");
    for (String heading : extras) {
      List<Double> values = e.extra(heading);
      line.add(values.isEmpty() ? "" : number(Statistics.of(values).median()));
    }
    return line;
  }

  /** Speed over the baseline's: 1 is as fast, 2 twice as fast. */
  private static Optional<Double> ratio(Section section, Entry e) {
    return section.entries().stream()
        .filter(b -> b.name().equals(section.baseline()) && !b.outcomes().isEmpty())
        .findFirst()
        .map(
            b ->
                section.unit().isEmpty()
                    ? b.seconds().median() / e.seconds().median()
                    : e.rate().median() / b.rate().median());
  }

  private static String oneLine(String text) {
    String line = text.replaceAll("\\s+", " ").replace("|", "/");
    return line.length() <= 160 ? line : line.substring(0, 160) + " …";
  }

  /** Three digits at least, all of them before the point that there are. */
  private static String number(double value) {
    double size = Math.abs(value);
    String format =
        size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : size >= 0.001 || size == 0 ? "%.3f" : "%.2e";
    return String.format(Locale.ROOT, format, value);
  }

  private static String aligned(List<List<String>> lines) {
    int columns = lines.get(0).size();
    int[] width = new int[columns];
    for (List<String> line : lines) {
      for (int i = 0; i < line.size(); i++) {
        width[i] = Math.max(width[i], line.get(i).length());
      }
    }
    StringBuilder b = new StringBuilder();
    for (int n = 0; n < lines.size(); n++) {
      for (int i = 0; i < columns; i++) {
        String cell = i < lines.get(n).size() ? lines.get(n).get(i) : "";
        String pad = " ".repeat(width[i] - cell.length());
        b.append("| ").append(i == 0 ? cell + pad : pad + cell).append(' ');
      }
      b.append("|\n");
      if (n == 0) {
        for (int i = 0; i < columns; i++) {
          b.append(i == 0 ? "|:" : "|-").append("-".repeat(width[i])).append(i == 0 ? "-" : ":");
        }
        b.append("|\n");
      }
    }
    return b.toString();
  }

  /** The section with every single measurement. */
  public static ObjectNode json(Section section) {
    ObjectNode node = JSON.createObjectNode().put("title", section.title());
    section.notes().forEach(node.putArray("notes")::add);
    node.put("unit", section.unit()).put("baseline", section.baseline());
    for (Entry e : section.entries()) {
      ObjectNode entry = node.withArray("/entries").addObject().put("name", e.name());
      if (!e.trouble().isEmpty()) {
        entry.put("trouble", e.trouble());
      }
      if (!e.outcomes().isEmpty()) {
        Statistics s = e.seconds();
        entry.put("median_s", s.median()).put("min_s", s.min()).put("max_s", s.max());
        if (!section.unit().isEmpty()) {
          entry.put("median_per_s", e.rate().median());
        }
        ratio(section, e).ifPresent(r -> entry.put("ratio", r));
        entry.put("peak_rss_bytes", Math.round(e.peakRss()));
      }
      for (Outcome o : e.outcomes()) {
        ObjectNode run = entry.withArray("/runs").addObject();
        run.put("s", o.seconds()).put("units", o.units()).put("peak_rss_bytes", o.peakRss());
        o.extra().forEach(run::put);
      }
    }
    return node;
  }
}
