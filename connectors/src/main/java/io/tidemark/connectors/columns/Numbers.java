package io.tidemark.connectors.columns;

import java.math.BigDecimal;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Type;

/** Casts among numbers and booleans. */
final class Numbers {

  private interface Exact {
    BigDecimal of(Object value);
  }

  private interface Made {
    Object of(BigDecimal value);
  }

  private Numbers() {}

  static Casts.Cast cast(Schema from, Schema to) {
    Type source = from.getType();
    boolean decimal = from.getLogicalType() instanceof LogicalTypes.Decimal;
    if (!decimal && source == Type.INT && to.getType() == Type.LONG) {
      return v -> ((Integer) v).longValue();
    }
    if (source == Type.FLOAT && to.getType() == Type.DOUBLE) {
      return v -> ((Float) v).doubleValue();
    }
    if (source == Type.DOUBLE && to.getType() == Type.FLOAT) {
      return Numbers::narrowed;
    }
    Exact exact = exact(from);
    Made made = made(to);
    return v -> made.of(exact.of(v));
  }

  private static Exact exact(Schema from) {
    if (from.getLogicalType() instanceof LogicalTypes.Decimal d) {
      return v -> Casts.decimal(v, d);
    }
    return switch (from.getType()) {
      case BOOLEAN -> v -> (Boolean) v ? BigDecimal.ONE : BigDecimal.ZERO;
      case INT, LONG -> v -> BigDecimal.valueOf(((Number) v).longValue());
      case FLOAT, DOUBLE -> Numbers::shortest;
      default -> throw new IllegalArgumentException("is no number");
    };
  }

  private static BigDecimal shortest(Object value) {
    if (!Double.isFinite(((Number) value).doubleValue())) {
      throw new ArithmeticException("is not finite");
    }
    return new BigDecimal(value.toString());
  }

  private static Made made(Schema to) {
    if (to.getLogicalType() instanceof LogicalTypes.Decimal d) {
      return v -> ColumnType.decimal(v, d.getPrecision(), d.getScale());
    }
    return switch (to.getType()) {
      case BOOLEAN -> Numbers::bool;
      case INT -> v -> (int) whole(v, Integer.MIN_VALUE, Integer.MAX_VALUE);
      case LONG -> v -> whole(v, Long.MIN_VALUE, Long.MAX_VALUE);
      case FLOAT -> v -> same(v, v.floatValue());
      case DOUBLE -> v -> same(v, v.doubleValue());
      default -> throw new IllegalArgumentException("is no number");
    };
  }

  private static Boolean bool(BigDecimal value) {
    if (value.compareTo(BigDecimal.ONE) == 0) {
      return true;
    }
    if (value.signum() == 0) {
      return false;
    }
    throw new ArithmeticException("is neither 0 nor 1");
  }

  private static long whole(BigDecimal value, long least, long largest) {
    if (value.stripTrailingZeros().scale() > 0) {
      throw new ArithmeticException("has a fraction, and nothing is rounded");
    }
    if (value.compareTo(BigDecimal.valueOf(least)) < 0
        || value.compareTo(BigDecimal.valueOf(largest)) > 0) {
      throw new ArithmeticException("is out of range");
    }
    return value.longValue();
  }

  // As it is in binary, or as its shortest form shows it.
  private static Number same(BigDecimal value, Number made) {
    if (!Double.isFinite(made.doubleValue())) {
      throw new ArithmeticException("is out of range");
    }
    if (value.compareTo(new BigDecimal(made.toString())) != 0
        && value.compareTo(new BigDecimal(made.doubleValue())) != 0) {
      throw new ArithmeticException("has more digits than it can hold");
    }
    return made;
  }

  private static Float narrowed(Object value) {
    double wide = (Double) value;
    float made = (float) wide;
    if (Double.compare(made, wide) != 0) {
      throw new ArithmeticException("has more digits than it can hold, or is out of range");
    }
    return made;
  }
}
