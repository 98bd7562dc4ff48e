package io.tidemark.connectors.sql;

/** A column holds what its type on the way cannot; the message goes on behind the column's name. */
final class UnreadableException extends Exception {
  private static final long serialVersionUID = 1L;

  UnreadableException(String message) {
    super(message);
  }
}
