package io.tidemark.schemas.spec;

import java.time.Duration;
import java.util.Optional;

/** Durations and sizes, as they are written in specs and on the command line. */
public final class Units {

  private Units() {}

  /** A duration in that form, of at least one unit; empty if it is none. */
  public static Optional<Duration> parseDuration(String text) {
    return text.matches("0*[1-9]\\d{0,9}(ms|s|m|h)")
        ? Optional.of(duration(text))
        : Optional.empty();
  }

  /** Of {@code 500ms}, {@code 1s}, {@code 2m} or {@code 3h}. */
  public static Duration duration(String text) {
    long value = number(text);
    return switch (unit(text)) {
      case "ms" -> Duration.ofMillis(value);
      case "s" -> Duration.ofSeconds(value);
      case "m" -> Duration.ofMinutes(value);
      case "h" -> Duration.ofHours(value);
      default -> throw new IllegalArgumentException("no duration: " + text);
    };
  }

  /** Bytes, of {@code 10B}, {@code 64KB}, {@code 64MB} or {@code 1GB}: powers of 1024. */
  static long bytes(String text) {
    long value = number(text);
    return switch (unit(text)) {
      case "B" -> value;
      case "KB" -> value << 10;
      case "MB" -> value << 20;
      case "GB" -> value << 30;
      default -> throw new IllegalArgumentException("no size: " + text);
    };
  }

  private static long number(String text) {
    return Long.parseLong(text.replaceAll("\\D", ""));
  }

  private static String unit(String text) {
    return text.replaceAll("\\d", "");
  }
}
