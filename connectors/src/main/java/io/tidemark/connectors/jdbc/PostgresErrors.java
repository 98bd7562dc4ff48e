package io.tidemark.connectors.jdbc;

import io.tidemark.core.retry.SqlStates;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayList;
import java.util.List;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Tells what a server said in words for users: which side, which table, where, what, and what to do
 * where that is known. Holds no credentials, hence neither do its messages.
 *
 * @param side {@code source} or {@code sink}
 * @param table the table, for people
 * @param place host, port and database
 */
record PostgresErrors(Side side, String table, String place) {

  private static final int LONGEST_DETAIL = 300;

  /** Which end of the backfill. */
  enum Side {
    SOURCE("source"),
    SINK("sink");

    final String word;

    Side(String word) {
      this.word = word;
    }
  }

  /** {@code source public.orders at host:5432/shop}. */
  String where() {
    return side.word + " " + table + " at " + place;
  }

  /** A failure that no retry mends, found by us and not by the server. */
  TaskException fatal(String message) {
    return TaskException.fatal(where() + ": " + message);
  }

  /**
   * @param doing what failed, such as {@code reading a chunk}
   */
  TaskException of(String doing, SQLException e) {
    SQLException cause = telling(e);
    String state = cause.getSQLState() == null ? "" : cause.getSQLState();
    StringBuilder text = new StringBuilder(where()).append(": ").append(doing).append(": ");
    List<String> facts = new ArrayList<>();
    ServerErrorMessage server = cause instanceof PSQLException p ? p.getServerErrorMessage() : null;
    if (server == null) {
      text.append(cause.getMessage());
    } else {
      text.append(server.getMessage());
      detail(text, server.getDetail());
      detail(text, server.getHint());
      fact(facts, "constraint", server.getConstraint());
      fact(facts, "table", server.getTable());
      fact(facts, "column", server.getColumn());
      if (server.getWhere() != null && server.getWhere().startsWith("COPY ")) {
        fact(facts, "at", shortened(server.getWhere()));
      }
    }
    fact(facts, "SQLSTATE", state);
    if (!facts.isEmpty()) {
      text.append(" (").append(String.join(", ", facts)).append(')');
    }
    String remedy = remedy(state, text);
    text.append(remedy.isEmpty() ? "" : "; " + remedy);
    return new TaskException(kind(cause, state), state, text.toString(), e);
  }

  // A pool's timeout wraps what the server said.
  private static SQLException telling(SQLException e) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (t instanceof PSQLException p && p.getSQLState() != null) {
        return p;
      }
    }
    return e;
  }

  private FailureKind kind(SQLException e, String state) {
    if (e instanceof SQLTransientConnectionException) {
      return FailureKind.UNAVAILABLE;
    }
    // Binary rows that a column does not take: it is no longer of the type that was agreed on.
    if (state.equals("22P03") || state.equals("22P04")) {
      return FailureKind.FATAL;
    }
    FailureKind kind = SqlStates.classify(state);
    // A row can only be poison to a sink; what a source cannot evaluate is the user's condition.
    return kind == FailureKind.POISON && side == Side.SOURCE ? FailureKind.FATAL : kind;
  }

  private String remedy(String state, CharSequence text) {
    return switch (state) {
      case "28P01", "28000" -> "check user and password of the " + side.word;
      case "3D000" -> "check the database name in the url of the " + side.word;
      case "42501" ->
          text.toString().contains("row-level security")
              ? "use a role with BYPASSRLS: rows hidden by a policy would be missing silently"
              : side == Side.SOURCE
                  ? "grant SELECT on it to the user of the source"
                  : "grant what is missing to the user of the sink";
      case "23505" ->
          "a row with this key is already there: use mode upsert or insert-ignore, or empty the"
              + " table";
      case "22P03", "22P04" -> "the columns changed since the backfill was planned; plan it again";
      case "42P01", "42703" -> "it was there when the backfill was planned; was it dropped?";
      case "55P03" -> "another session holds a lock on it; tried again later";
      case "08001", "08004", "08006" -> "is PostgreSQL running there and reachable from here?";
      case "53300" -> "lower the number of lanes or raise max_connections";
      case "25006" -> "the server is read-only; give the url of the primary";
      default -> "";
    };
  }

  private static void detail(StringBuilder text, String detail) {
    if (detail != null) {
      text.append(". ").append(shortened(detail).replaceAll("\\.$", ""));
    }
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST_DETAIL ? text : text.substring(0, LONGEST_DETAIL) + "…";
  }

  private static void fact(List<String> facts, String name, String value) {
    if (value != null && !value.isEmpty()) {
      facts.add(name + " " + value);
    }
  }
}
