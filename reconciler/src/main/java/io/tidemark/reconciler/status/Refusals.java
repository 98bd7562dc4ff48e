package io.tidemark.reconciler.status;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of requests that were refused: who, what and why, and nothing that was sent in secret. */
final class Refusals {

  private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);
  private static final int MAX = 200;

  private Refusals() {}

  /**
   * Logs one.
   *
   * @param caller address it came from
   * @param path without the query, which may hold what belongs elsewhere
   */
  static void log(int status, String caller, String method, String path, String why) {
    LOG.warn(
        "refused {} to {}: {} {}: {}",
        status,
        harmless(caller),
        harmless(method),
        harmless(path),
        why);
  }

  /** Text of others, such that it can neither begin a line of its own nor flood the log. */
  static String harmless(String text) {
    String printable = text.replaceAll("[^\\x20-\\x7e]", "?");
    return printable.length() <= MAX ? printable : printable.substring(0, MAX) + "...";
  }
}
