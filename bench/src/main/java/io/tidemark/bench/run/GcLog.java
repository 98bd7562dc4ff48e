package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Heap sizes out of what a JVM logs with {@code -Xlog:gc:file=…}. */
public final class GcLog {

  private static final Pattern COLLECTION = Pattern.compile("(\\d+)M->(\\d+)M\\(\\d+M\\)");

  private GcLog() {}

  /** The option that makes a JVM write it. */
  public static String option(Path file) {
    return "-Xlog:gc:file=" + file;
  }

  /** Most that was in use when a collection began, garbage included: MiB; 0 if there was none. */
  public static double peak(Path file) throws IOException {
    return largest(file, 1);
  }

  /** Most that was in use when a collection had ended: MiB; 0 if there was none. */
  public static double peakAfter(Path file) throws IOException {
    return largest(file, 2);
  }

  private static double largest(Path file, int group) throws IOException {
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .map(COLLECTION::matcher)
          .filter(Matcher::find)
          .mapToDouble(m -> Double.parseDouble(m.group(group)))
          .max()
          .orElse(0);
    }
  }
}
