package io.tidemark.connectors.iceberg;

import java.util.Optional;
import org.apache.iceberg.FieldMetrics;
import org.apache.iceberg.types.Type;
import org.apache.iceberg.types.Types;

/**
 * Counts and bounds of a float or double column as Iceberg wants them: NaNs are counted and no
 * bounds. Parquet's own statistics have no such count, and no bounds once there is a NaN; so these
 * travel beside them in the file's footer.
 */
final class FloatStats {

  private static final String PREFIX = "tidemark.floats.";

  private final int id;
  private long values;
  private long nulls;
  private long nans;
  private double lower = Double.POSITIVE_INFINITY;
  private double upper = Double.NEGATIVE_INFINITY;

  FloatStats(int id) {
    this.id = id;
  }

  static boolean wanted(Types.NestedField column) {
    return column.type().typeId() == Type.TypeID.FLOAT
        || column.type().typeId() == Type.TypeID.DOUBLE;
  }

  /**
   * @param value a Float or Double, or null
   */
  void add(Object value) {
    values++;
    if (value == null) {
      nulls++;
      return;
    }
    double number = ((Number) value).doubleValue();
    if (Double.isNaN(number)) {
      nans++;
    } else {
      lower = Math.min(lower, number);
      upper = Math.max(upper, number);
    }
  }

  String key() {
    return PREFIX + id;
  }

  String text() {
    return values + " " + nulls + " " + nans + " " + lower + " " + upper;
  }

  /**
   * What a footer's entry says.
   *
   * @param column of the file
   */
  static Optional<FieldMetrics<?>> read(Types.NestedField column, String text) {
    if (text == null) {
      return Optional.empty();
    }
    String[] parts = text.split(" ", -1);
    long values = Long.parseLong(parts[0]);
    long nulls = Long.parseLong(parts[1]);
    long nans = Long.parseLong(parts[2]);
    double lower = Double.parseDouble(parts[3]);
    double upper = Double.parseDouble(parts[4]);
    if (values == nulls + nans) {
      return Optional.of(new FieldMetrics<>(column.fieldId(), values, nulls, nans));
    }
    return Optional.of(
        column.type().typeId() == Type.TypeID.FLOAT
            ? new FieldMetrics<>(
                column.fieldId(), values, nulls, nans, (float) lower, (float) upper)
            : new FieldMetrics<>(column.fieldId(), values, nulls, nans, lower, upper));
  }

  /** The key of a column's entry in a footer. */
  static String key(Types.NestedField column) {
    return PREFIX + column.fieldId();
  }
}
