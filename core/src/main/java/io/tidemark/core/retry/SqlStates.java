package io.tidemark.core.retry;

import io.tidemark.schemas.avro.FailureKind;

/**
 * How a database failure is handled, by its SQLState (ISO 9075 classes; PostgreSQL appendix A).
 * Unknown states are FATAL: a failure nobody understands must be seen, not retried for ever.
 */
public final class SqlStates {

  private SqlStates() {}

  /** Class of the failure; {@code sqlState} may be null (the driver knew none). */
  public static FailureKind classify(String sqlState) {
    if (sqlState == null || sqlState.length() < 5) {
      return FailureKind.FATAL;
    }
    return switch (sqlState) {
      // Rolled back, serialization failure, outcome unknown, deadlock; lock not available, query
      // canceled, idle-in-transaction.
      case "40000", "40001", "40003", "40P01", "55P03", "57014", "25P03" -> FailureKind.TRANSIENT;
      // Read-only: for the moments of a failover, a connection may still lead to the old primary.
      case "25006" -> FailureKind.TRANSIENT;
      // Shut down by the administrator, crash of a backend, cannot connect now (starting), session
      // ended: it comes back. A session that a newer claimant ended is fenced when it opens again.
      case "57P01", "57P02", "57P03", "57P05" -> FailureKind.UNAVAILABLE;
      // Refused by something between, or bytes that are no protocol: not an outage.
      case "08004", "08P01" -> FailureKind.TRANSIENT;
      // A view's WITH CHECK OPTION, and what is too big for an index or a page: this row's fault.
      case "44000", "54000" -> FailureKind.POISON;
      default ->
          switch (sqlState.substring(0, 2)) {
            case "08" -> FailureKind.UNAVAILABLE;
            // Too many connections, out of memory or disk, configuration limit.
            case "53" -> FailureKind.OVERLOAD;
            case "22", "23" -> FailureKind.POISON;
            case "58" -> FailureKind.TRANSIENT;
            default -> FailureKind.FATAL;
          };
    };
  }
}
