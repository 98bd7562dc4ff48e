package io.tidemark.cli.doctor;

/**
 * What one check found.
 *
 * @param check what was looked at, in a few words
 * @param level how it is
 * @param what what was seen
 * @param remedy what to do; empty if nothing
 */
public record Finding(String check, Level level, String what, String remedy) {

  /** How it is. */
  public enum Level {
    /** As it should be. */
    OK,
    /** It works, but somebody should know. */
    WARNING,
    /** Not as it must be. */
    FAILED,
    /** It does not answer. */
    UNREACHABLE
  }

  static Finding ok(String check, String what) {
    return new Finding(check, Level.OK, what, "");
  }

  static Finding warning(String check, String what, String remedy) {
    return new Finding(check, Level.WARNING, what, remedy);
  }

  static Finding failed(String check, String what, String remedy) {
    return new Finding(check, Level.FAILED, what, remedy);
  }

  static Finding unreachable(String check, String what, String remedy) {
    return new Finding(check, Level.UNREACHABLE, what, remedy);
  }
}
