package io.tidemark.cli.chaos;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** What happened when, on standard output, in the clock of the processes' own logs. */
final class Chronicle {

  private Chronicle() {}

  /** The time of day, as the processes' own logs tell it. */
  static LocalTime now() {
    return LocalTime.now(ZoneId.systemDefault());
  }

  static void say(String what) {
    System.out.println(now().truncatedTo(ChronoUnit.MILLIS) + " " + what);
  }
}
