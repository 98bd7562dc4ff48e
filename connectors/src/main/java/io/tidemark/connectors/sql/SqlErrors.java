package io.tidemark.connectors.sql;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.BatchUpdateException;
import java.sql.SQLException;

/**
 * Tells what a database said in words for users: which side, which table, where, what, and what to
 * do where that is known; nothing of the URL's credentials.
 *
 * @param side {@code source} or {@code sink}
 * @param table the table, for people
 */
record SqlErrors(String side, String table, SqlEndpoint endpoint) {

  static final String SOURCE = "source";
  static final String SINK = "sink";

  private static final int LONGEST = 500;

  /** {@code sink shop.orders at mariadb://host/shop}. */
  String where() {
    return side + " " + table + " at " + endpoint.place();
  }

  Dialect dialect() {
    return endpoint.dialect();
  }

  /** A failure that no retry mends, found by us and not by the database. */
  TaskException fatal(String message) {
    return TaskException.fatal(where() + ": " + message);
  }

  /** A row that is at fault. */
  TaskException poison(String message, Exception cause) {
    return new TaskException(FailureKind.POISON, "22000", where() + ": " + message, cause);
  }

  /**
   * @param doing what failed, such as {@code reading a chunk}
   */
  TaskException of(String doing, SQLException e) {
    SQLException cause = telling(e);
    String state = cause.getSQLState() == null ? "" : cause.getSQLState();
    UrlSecrets secrets = UrlSecrets.of(endpoint.url(), endpoint.place());
    String said = secrets.masked(String.valueOf(cause.getMessage()).strip());
    StringBuilder text =
        new StringBuilder(where())
            .append(": ")
            .append(doing)
            .append(": ")
            .append(said.length() <= LONGEST ? said : said.substring(0, LONGEST) + "…");
    if (!state.isEmpty()) {
      text.append(" (SQLSTATE ").append(state);
      text.append(cause.getErrorCode() == 0 ? ")" : ", code " + cause.getErrorCode() + ")");
    }
    String remedy = dialect().remedy(cause);
    text.append(remedy.isEmpty() ? "" : "; " + remedy);
    FailureKind kind = dialect().kind(cause);
    // A row can only be poison to a sink; what a source cannot evaluate is the user's condition.
    return new TaskException(
        kind == FailureKind.POISON && side.equals(SOURCE) ? FailureKind.FATAL : kind,
        state,
        text.toString(),
        tells(e, secrets) ? new SQLException(said, state, cause.getErrorCode()) : e);
  }

  private static boolean tells(Throwable e, UrlSecrets secrets) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (!String.valueOf(t).equals(secrets.masked(String.valueOf(t)))) {
        return true;
      }
    }
    return false;
  }

  // A batch, and a pool's timeout, wrap what the server said.
  private static SQLException telling(SQLException e) {
    SQLException found = e;
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof SQLException s) {
        found = s;
        if (!(s instanceof BatchUpdateException)
            && (s.getErrorCode() != 0 || s.getSQLState() != null)) {
          return s;
        }
        if (s instanceof BatchUpdateException && s.getNextException() != null) {
          return telling(s.getNextException());
        }
      }
    }
    return found;
  }
}
