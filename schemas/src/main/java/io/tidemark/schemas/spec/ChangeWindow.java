package io.tidemark.schemas.spec;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Times of the week at which a backfill may run, such as {@code Mon-Fri 22:00-06:00 Europe/Paris}
 * or {@code Sat,Sun 00:00-24:00; Mon-Fri 20:00-05:00 UTC}. Times are those of the wall clock in the
 * zone: where it is set forward or back, a window is an hour shorter or longer. A window whose end
 * is not after its start ends on the next day and belongs to the day on which it begins.
 */
public final class ChangeWindow {

  /** What one looks like, for messages. */
  static final String FORM =
      "days, from-to and a zone, such as 'Mon-Fri 22:00-06:00 Europe/Paris' or"
          + " 'Sat,Sun 00:00-24:00; Mon-Fri 20:00-05:00 UTC'; without days it is each, without a"
          + " zone UTC";

  private static final Pattern PART =
      Pattern.compile("(?:([A-Za-z,-]+)\\s+)?(\\d{1,2}:\\d{2})-(\\d{1,2}:\\d{2})");

  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  /** Days that a stretch may begin on; longer ago, none is still open. */
  private static final int LOOK_BACK = 1;

  private static final int LOOK_AHEAD = 8;

  /**
   * @param to on the same day if it is after {@code from}, else on the next; midnight ends the day
   */
  private record Stretch(Set<DayOfWeek> days, LocalTime from, LocalTime to) {

    Optional<Interval> on(LocalDate day, ZoneId zone) {
      if (!days.contains(day.getDayOfWeek())) {
        return Optional.empty();
      }
      LocalDateTime end = (to.isAfter(from) ? day : day.plusDays(1)).atTime(to);
      Instant start = ZonedDateTime.of(day.atTime(from), zone).toInstant();
      Instant stop = ZonedDateTime.of(end, zone).toInstant();
      return stop.isAfter(start) ? Optional.of(new Interval(start, stop)) : Optional.empty();
    }
  }

  private record Interval(Instant from, Instant to) {
    boolean holds(Instant at) {
      return !at.isBefore(from) && at.isBefore(to);
    }
  }

  private final String text;
  private final List<Stretch> stretches;
  private final ZoneId zone;

  private ChangeWindow(String text, List<Stretch> stretches, ZoneId zone) {
    this.text = text;
    this.stretches = stretches;
    this.zone = zone;
  }

  /**
   * The window that a text describes.
   *
   * @throws IllegalArgumentException if it describes none; the message says why, and the form
   */
  public static ChangeWindow parse(String text) {
    String rest = text.strip();
    ZoneId zone = ZoneOffset.UTC;
    int last = rest.lastIndexOf(' ');
    if (last > 0 && !PART.matcher(rest.substring(last + 1)).matches()) {
      zone = zone(rest.substring(last + 1));
      rest = rest.substring(0, last).strip();
    }
    List<Stretch> stretches = new ArrayList<>();
    for (String part : rest.split(";", -1)) {
      Matcher m = PART.matcher(part.strip());
      if (!m.matches()) {
        throw new IllegalArgumentException("'" + part.strip() + "' is no stretch of time: " + FORM);
      }
      Set<DayOfWeek> days = m.group(1) == null ? EnumSet.allOf(DayOfWeek.class) : days(m.group(1));
      stretches.add(new Stretch(days, time(m.group(2)), time(m.group(3))));
    }
    return new ChangeWindow(text.strip(), List.copyOf(stretches), zone);
  }

  private static ZoneId zone(String name) {
    try {
      return ZoneId.of(name);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("'" + name + "' is no time zone: " + FORM, e);
    }
  }

  private static Set<DayOfWeek> days(String text) {
    Set<DayOfWeek> days = EnumSet.noneOf(DayOfWeek.class);
    for (String part : text.split(",", -1)) {
      String[] ends = part.split("-", -1);
      if (ends.length > 2) {
        throw new IllegalArgumentException("'" + part + "' are no days: " + FORM);
      }
      DayOfWeek day = day(ends[0]);
      DayOfWeek end = day(ends[ends.length - 1]);
      days.add(day);
      while (day != end) {
        day = day.plus(1);
        days.add(day);
      }
    }
    return days;
  }

  private static DayOfWeek day(String name) {
    int n = DAYS.indexOf(name.toLowerCase(Locale.ROOT));
    if (n < 0) {
      throw new IllegalArgumentException("'" + name + "' is no day of Mon to Sun: " + FORM);
    }
    return DayOfWeek.of(n + 1);
  }

  private static LocalTime time(String text) {
    String[] parts = text.split(":", -1);
    int hour = Integer.parseInt(parts[0]);
    int minute = Integer.parseInt(parts[1]);
    if (hour == 24 && minute == 0) {
      return LocalTime.MIDNIGHT;
    }
    if (hour > 23 || minute > 59) {
      throw new IllegalArgumentException("'" + text + "' is no time of a day: " + FORM);
    }
    return LocalTime.of(hour, minute);
  }

  /** Whether it is open at that time. */
  public boolean open(Instant at) {
    return around(at).anyMatch(i -> i.holds(at));
  }

  /** When it opens next, if it is not open; at the latest in eight days. */
  public Optional<Instant> opensAfter(Instant at) {
    return around(at).map(Interval::from).filter(from -> from.isAfter(at)).min(Instant::compareTo);
  }

  private Stream<Interval> around(Instant at) {
    LocalDate today = at.atZone(zone).toLocalDate();
    return today
        .minusDays(LOOK_BACK)
        .datesUntil(today.plusDays(LOOK_AHEAD))
        .flatMap(day -> stretches.stream().flatMap(s -> s.on(day, zone).stream()));
  }

  /** As it was written. */
  @Override
  public String toString() {
    return text;
  }
}
