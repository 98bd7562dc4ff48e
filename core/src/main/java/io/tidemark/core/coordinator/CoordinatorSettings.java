package io.tidemark.core.coordinator;

import java.util.Map;

/**
 * What a coordinator is told at its start.
 *
 * @param maxRunning backfills admitted at the same time, at least 1
 * @param sourceRowsPerS rows per second that all backfills of a source may move together, by the
 *     source's key
 * @param pausedAlertMs a pause older than this is worth an alert, milliseconds
 */
public record CoordinatorSettings(
    int maxRunning, Map<String, Double> sourceRowsPerS, long pausedAlertMs) {

  /** A pause worth an alert where nothing else is configured: a day, milliseconds. */
  public static final long PAUSED_ALERT_MS = 86_400_000;

  public CoordinatorSettings {
    if (maxRunning < 1) {
      throw new IllegalArgumentException("max.running.backfills must be at least 1");
    }
    sourceRowsPerS = Map.copyOf(sourceRowsPerS);
  }

  /** Limits the number of running backfills only. */
  public static CoordinatorSettings of(int maxRunning) {
    return new CoordinatorSettings(maxRunning, Map.of(), PAUSED_ALERT_MS);
  }
}
