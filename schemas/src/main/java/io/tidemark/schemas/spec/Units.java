package io.tidemark.schemas.spec;

import java.time.Duration;

/** Durations and sizes of a spec, whose form its JSON Schema has already checked. */
final class Units {

  private Units() {}

  /** Of {@code 500ms}, {@code 1s}, {@code 2m} or {@code 3h}. */
  static Duration duration(String text) {
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
