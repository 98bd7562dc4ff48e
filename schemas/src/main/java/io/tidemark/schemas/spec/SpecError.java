package io.tidemark.schemas.spec;

/**
 * One thing that is wrong with a spec.
 *
 * @param line where, from 1
 * @param column where, from 1
 * @param path where in the spec, such as {@code source.jdbc.columns[0]}; empty: the whole of it
 * @param message what is wrong, in words; never holds a secret
 * @param suggestion what would do; may be empty
 */
public record SpecError(int line, int column, String path, String message, String suggestion) {

  /** {@code 5:3: source.jdbc: unknown key 'tabel'; did you mean 'table'?}. */
  @Override
  public String toString() {
    return line
        + ":"
        + column
        + ": "
        + (path.isEmpty() ? "" : path + ": ")
        + message
        + (suggestion.isEmpty() ? "" : "; " + suggestion);
  }
}
