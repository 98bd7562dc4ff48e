package io.tidemark.core.plan;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.function.LongFunction;
import java.util.function.ToLongFunction;

/**
 * Windows that tile all time, each [from, to). Steps of a calendar begin at midnight in a zone,
 * whatever the hours of its days: months and years from January 1970 on, so that P3M gives
 * quarters; weeks on Mondays; days from 1970-01-01 on. Steps of elapsed time begin at
 * 1970-01-01T00:00Z.
 */
public final class TimeWindows {

  private static final LocalDate EPOCH = LocalDate.EPOCH;
  private static final LocalDate MONDAY = LocalDate.of(1970, 1, 5);
  private static final int DAYS_A_WEEK = 7;

  /** Where the n-th window begins; never falls as n grows. */
  private final LongFunction<Instant> start;

  /** A window that begins near a time. */
  private final ToLongFunction<Instant> near;

  private final boolean days;

  private TimeWindows(LongFunction<Instant> start, ToLongFunction<Instant> near, boolean days) {
    this.start = start;
    this.near = near;
    this.days = days;
  }

  /**
   * Windows of a step.
   *
   * @param step ISO 8601: years and months, weeks and days, or behind T hours, minutes and whole
   *     seconds
   * @param zone where days begin
   * @throws IllegalArgumentException if it is no such step, or not positive
   */
  public static TimeWindows of(String step, ZoneId zone) {
    try {
      if (step.startsWith("PT")) {
        return elapsed(Duration.parse(step));
      }
      Period period = Period.parse(step);
      long months = period.toTotalMonths();
      long days = period.get(ChronoUnit.DAYS);
      if (months < 0 || days < 0 || (months > 0) == (days > 0)) {
        throw refused(step, null);
      }
      return months > 0 ? months(months, zone) : days(days, zone);
    } catch (DateTimeException | ArithmeticException e) {
      throw refused(step, e);
    }
  }

  private static IllegalArgumentException refused(String step, Exception cause) {
    return new IllegalArgumentException(
        "'"
            + step
            + "' is no step; give years and months, such as P1M, weeks and days, such as P1D, or"
            + " hours, minutes and seconds, such as PT6H",
        cause);
  }

  private static TimeWindows months(long step, ZoneId zone) {
    return new TimeWindows(
        n -> EPOCH.plusMonths(Math.multiplyExact(n, step)).atStartOfDay(zone).toInstant(),
        t ->
            Math.floorDiv(
                ChronoUnit.MONTHS.between(EPOCH, LocalDate.ofInstant(t, zone).withDayOfMonth(1)),
                step),
        true);
  }

  private static TimeWindows days(long step, ZoneId zone) {
    LocalDate first = step % DAYS_A_WEEK == 0 ? MONDAY : EPOCH;
    return new TimeWindows(
        n -> first.plusDays(Math.multiplyExact(n, step)).atStartOfDay(zone).toInstant(),
        t -> Math.floorDiv(ChronoUnit.DAYS.between(first, LocalDate.ofInstant(t, zone)), step),
        true);
  }

  private static TimeWindows elapsed(Duration step) {
    if (!step.isPositive() || step.toNanosPart() > 0) {
      throw refused(step.toString(), null);
    }
    return new TimeWindows(
        n -> Instant.EPOCH.plus(step.multipliedBy(n)),
        t -> Duration.between(Instant.EPOCH, t).dividedBy(step),
        false);
  }

  /** Whether every window begins at midnight. */
  public boolean ofDays() {
    return days;
  }

  /**
   * The end of the window that holds a time, where the next one begins.
   *
   * @param t within the years that PostgreSQL knows: 4713 BC to 294276, or 5874897 for dates
   */
  public Instant end(Instant t) {
    long n = near.applyAsLong(t);
    // Where clocks are set back past midnight, a time may show the date before that of its window;
    // a day that a zone left out is a window without time.
    while (start.apply(n).isAfter(t)) {
      n--;
    }
    while (!start.apply(n).isAfter(t)) {
      n++;
    }
    return start.apply(n);
  }
}
