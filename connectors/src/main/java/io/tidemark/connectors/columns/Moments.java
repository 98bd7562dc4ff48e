package io.tidemark.connectors.columns;

import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** Casts among dates and timestamps, by way of microseconds since 1970 in UTC. */
final class Moments {

  private static final long DAY_MICROS = 86_400_000_000L;

  private interface Micros {
    long of(Object value);
  }

  private Moments() {}

  static boolean isMoment(LogicalType type) {
    return type instanceof LogicalTypes.Date
        || type.getName().startsWith("timestamp-")
        || type.getName().startsWith("local-timestamp-");
  }

  static Casts.Cast cast(Schema from, Schema to) {
    Micros micros = micros(from.getLogicalType());
    return to.getLogicalType() instanceof LogicalTypes.Date
        ? v -> date(micros.of(v))
        : v -> micros.of(v);
  }

  private static Micros micros(LogicalType from) {
    return switch (from) {
      case LogicalTypes.Date d -> v -> midnight((Integer) v);
      case LogicalTypes.TimestampMillis t -> v -> Math.multiplyExact((Long) v, 1_000L);
      case LogicalTypes.LocalTimestampMillis t -> v -> Math.multiplyExact((Long) v, 1_000L);
      case LogicalTypes.TimestampNanos t -> v -> ofNanos((Long) v);
      case LogicalTypes.LocalTimestampNanos t -> v -> ofNanos((Long) v);
      default -> v -> (Long) v;
    };
  }

  private static long midnight(int days) {
    return switch (days) {
      case Integer.MAX_VALUE -> Long.MAX_VALUE;
      case Integer.MIN_VALUE -> Long.MIN_VALUE;
      default -> Math.multiplyExact(days, DAY_MICROS);
    };
  }

  private static long ofNanos(long nanos) {
    if (nanos % 1_000 != 0) {
      throw new ArithmeticException("is finer than microseconds");
    }
    return nanos / 1_000;
  }

  private static Integer date(long micros) {
    if (micros == Long.MAX_VALUE) {
      return Integer.MAX_VALUE;
    }
    if (micros == Long.MIN_VALUE) {
      return Integer.MIN_VALUE;
    }
    if (micros % DAY_MICROS != 0) {
      throw new ArithmeticException("has a time of day");
    }
    return (int) (micros / DAY_MICROS);
  }
}
