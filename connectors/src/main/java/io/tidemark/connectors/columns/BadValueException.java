package io.tidemark.connectors.columns;

/**
 * A record, or a value in it, that cannot be decoded. The message says why, and begins in the
 * middle of a sentence; who catches it knows where.
 */
public final class BadValueException extends Exception {

  private static final long serialVersionUID = 1L;

  public BadValueException(String reason) {
    super(reason);
  }

  public BadValueException(String reason, Throwable cause) {
    super(reason, cause);
  }

  /** Of a column. */
  public static BadValueException of(String column, String reason) {
    return of(column, reason, null);
  }

  /** Of a column. */
  public static BadValueException of(String column, String reason, Throwable cause) {
    return new BadValueException("column '" + Shown.text(column) + "' " + reason, cause);
  }
}
