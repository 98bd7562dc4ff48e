package io.tidemark.connectors.iceberg;

/** A value that its column cannot hold. Unchecked, as it passes through Parquet's writer. */
final class RefusedValueException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param column the column's name, with the path inside of it
   * @param why behind the name, such as {@code is NULL, …}
   */
  RefusedValueException(String column, String why) {
    super("column '" + column + "' " + why);
  }
}
