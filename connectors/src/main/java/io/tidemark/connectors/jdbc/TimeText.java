package io.tidemark.connectors.jdbc;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text forms of {@code date}, {@code timestamp} and {@code timestamptz} in a session whose zone is
 * UTC and whose dates are ISO.
 */
final class TimeText {

  private static final long MICROS_A_DAY = 86_400_000_000L;
  private static final LocalDate EPOCH = LocalDate.of(2000, 1, 1);
  private static final Pattern FORM =
      Pattern.compile("(\\d{4,})-(\\d\\d)-(\\d\\d)(?: ([0-9:.]+)(?:\\+00)?)?( BC)?");

  private TimeText() {}

  /** A date by its days since 2000. */
  static String date(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> "infinity";
      case Integer.MIN_VALUE -> "-infinity";
      default -> date(EPOCH.plusDays(days), "");
    };
  }

  /**
   * A timestamp by its microseconds since 2000.
   *
   * @param zone {@code +00} for a {@code timestamptz}, else empty
   */
  static String timestamp(long micros, String zone) {
    if (micros == Long.MAX_VALUE || micros == Long.MIN_VALUE) {
      return micros > 0 ? "infinity" : "-infinity";
    }
    LocalTime time = LocalTime.ofNanoOfDay(Math.floorMod(micros, MICROS_A_DAY) * 1_000);
    return date(EPOCH.plusDays(Math.floorDiv(micros, MICROS_A_DAY)), " " + time + zone);
  }

  /** The last value of a type before a time. */
  static String before(Instant time, String type) {
    LocalDateTime utc = LocalDateTime.ofInstant(time, ZoneOffset.UTC);
    if (type.equals("date")) {
      return date(utc.toLocalDate().minusDays(1), "");
    }
    LocalDateTime last = utc.minus(1, ChronoUnit.MICROS);
    return date(
        last.toLocalDate(), " " + last.toLocalTime() + (type.equals("timestamptz") ? "+00" : ""));
  }

  /** Behind the last time that a type can hold. */
  static Instant end(String type) {
    int year = type.equals("date") ? 5_874_898 : 294_277;
    return LocalDate.of(year, 1, 1).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  /** The time of a text, a date's its midnight, in UTC; empty: it is infinite. */
  static Optional<Instant> instant(String text) {
    if (text.endsWith("infinity")) {
      return Optional.empty();
    }
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("not a time as PostgreSQL writes it: " + text);
    }
    int year = Integer.parseInt(m.group(1));
    LocalDate date =
        LocalDate.of(
            m.group(5) == null ? year : 1 - year,
            Integer.parseInt(m.group(2)),
            Integer.parseInt(m.group(3)));
    LocalTime time = m.group(4) == null ? LocalTime.MIDNIGHT : LocalTime.parse(m.group(4));
    return Optional.of(date.atTime(time).toInstant(ZoneOffset.UTC));
  }

  // There is no year 0: the one before 1 is 1 BC.
  private static String date(LocalDate date, String time) {
    int year = date.getYear();
    return String.format(
        Locale.ROOT,
        "%04d-%02d-%02d%s%s",
        year > 0 ? year : 1 - year,
        date.getMonthValue(),
        date.getDayOfMonth(),
        time,
        year > 0 ? "" : " BC");
  }
}
