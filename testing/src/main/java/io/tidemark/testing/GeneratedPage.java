package io.tidemark.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * A page of {@code docs/reference} that is made from the code it describes. {@code
 * -Dtidemark.docs.write=true} writes it; without, a page that says something else fails.
 */
public final class GeneratedPage {

  private final Path file;
  private final StringBuilder text = new StringBuilder();

  /**
   * Begins a page.
   *
   * @param name of its file, such as {@code settings.md}
   * @param test the class that makes it
   */
  public GeneratedPage(String name, Class<?> test, String title, String introduction) {
    file = Path.of(System.getProperty("tidemark.root"), "docs", "reference", name);
    line("<!-- Made by "
            + test.getSimpleName()
            + "; -Dtidemark.docs.write=true writes it anew. -->")
        .line("# " + title)
        .line(introduction);
  }

  /** Adds a line. */
  public GeneratedPage line(String line) {
    text.append(line.stripTrailing()).append('\n');
    return this;
  }

  /** Adds a heading between empty lines. */
  public GeneratedPage heading(int level, String heading) {
    return line("").line("#".repeat(level) + " " + heading).line("");
  }

  /** Adds the head of a table. */
  public GeneratedPage head(String... columns) {
    return cells(List.of(columns)).cells(Arrays.stream(columns).map(c -> "---").toList());
  }

  /** Adds a row of a table; what would end a cell is escaped. */
  public GeneratedPage row(String... cells) {
    return cells(
        Arrays.stream(cells).map(c -> c.strip().replace("|", "\\|").replace('\n', ' ')).toList());
  }

  private GeneratedPage cells(List<String> cells) {
    return line("| " + String.join(" | ", cells) + " |");
  }

  /**
   * Holds the file to this text, or writes it if that is asked for.
   *
   * @throws AssertionError if the file says something else, or was written just now
   */
  public void check() {
    try {
      String there = Files.exists(file) ? Files.readString(file) : "";
      if (there.equals(text.toString())) {
        return;
      }
      if (!Boolean.getBoolean("tidemark.docs.write")) {
        throw new AssertionError(
            "%s is stale: -Dtidemark.docs.write=true writes it anew, then commit it. %s"
                .formatted(file, difference(there.lines().toList())));
      }
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new AssertionError("wrote " + file + ": commit it, and test again without the flag");
  }

  private String difference(List<String> there) {
    List<String> wanted = text.toString().lines().toList();
    int i = 0;
    while (i < Math.min(there.size(), wanted.size()) && there.get(i).equals(wanted.get(i))) {
      i++;
    }
    return "Line %d is%n  %s%nand must be%n  %s"
        .formatted(
            i + 1,
            i < there.size() ? there.get(i) : "missing",
            i < wanted.size() ? wanted.get(i) : "gone");
  }
}
