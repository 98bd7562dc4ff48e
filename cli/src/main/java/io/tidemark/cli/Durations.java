package io.tidemark.cli;

import io.tidemark.schemas.spec.Units;
import java.time.Duration;

/** Durations on the command line. */
final class Durations {

  private Durations() {}

  /**
   * What the user wrote.
   *
   * @param option the option that takes it, for the message
   * @throws CliException if it is no duration
   */
  static Duration of(String option, String text) throws CliException {
    return Units.parseDuration(text)
        .orElseThrow(
            () ->
                new CliException(
                    ExitCode.USAGE, option + " " + text + " is no duration; write 30s, 10m or 2h"));
  }
}
