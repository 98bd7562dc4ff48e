package io.tidemark.reconciler.flow;

/** The state asked for is not on this instance now. The message says why, for users. */
public final class NotHereException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param message why, and what to do
   * @param cause may be null
   */
  public NotHereException(String message, Throwable cause) {
    super(message, cause);
  }
}
