package io.tidemark.connectors.iceberg;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.ReadOnlyFileSystemException;
import java.sql.SQLException;
import java.util.Locale;
import java.util.function.Predicate;
import org.apache.iceberg.exceptions.ForbiddenException;
import org.apache.iceberg.exceptions.NoSuchTableException;
import org.apache.iceberg.exceptions.NotAuthorizedException;
import org.apache.iceberg.exceptions.NotFoundException;
import org.apache.iceberg.exceptions.ServiceFailureException;
import org.apache.iceberg.exceptions.ServiceUnavailableException;
import org.apache.iceberg.exceptions.ValidationException;

/**
 * Failures of catalogs and files, classified. A full disk is OVERLOAD, as the partition waits until
 * somebody makes room; a catalog that does not answer is UNAVAILABLE; rights, missing things and
 * settings that Iceberg refuses are FATAL; what is left, such as an object store that is busy and
 * says so in an exception of its own, is TRANSIENT.
 */
final class Errors {

  private static final int LONGEST = 500;

  private Errors() {}

  /**
   * @param what was not done, and where, such as {@code cannot load sales.orders}
   */
  static TaskException of(String what, Exception e) {
    String reason = reason(e);
    if (is(e, IOException.class, Errors::isFull)) {
      return failure(
          FailureKind.OVERLOAD,
          "DISK_FULL",
          what + ": no space is left there; make room, it goes on by itself",
          e);
    }
    if (is(e, ForbiddenException.class)
        || is(e, NotAuthorizedException.class)
        || is(e, AccessDeniedException.class)
        || is(e, ReadOnlyFileSystemException.class)
        || is(e, IOException.class, io -> text(io).contains("read-only file system"))) {
      return failure(
          FailureKind.FATAL, "", what + ": permission denied (" + reason + "); grant it", e);
    }
    if (is(e, ServiceUnavailableException.class)
        || is(e, ServiceFailureException.class)
        || is(e, java.net.ConnectException.class)
        || is(e, SQLException.class, Errors::isAway)) {
      return failure(
          FailureKind.UNAVAILABLE, "", what + ": the catalog does not answer: " + reason, e);
    }
    boolean lasting =
        is(e, NoSuchTableException.class)
            || is(e, NotFoundException.class)
            || is(e, ValidationException.class)
            || is(e, IllegalArgumentException.class)
            || is(e, UnsupportedOperationException.class)
            || is(e, IOException.class, Errors::isLasting);
    return failure(
        lasting ? FailureKind.FATAL : FailureKind.TRANSIENT,
        e.getClass().getSimpleName(),
        what + ": " + reason,
        e);
  }

  private static TaskException failure(FailureKind kind, String code, String what, Exception e) {
    return new TaskException(kind, code, what, e);
  }

  private static boolean is(Throwable e, Class<? extends Throwable> type) {
    return is(e, type, t -> true);
  }

  private static <T extends Throwable> boolean is(Throwable e, Class<T> type, Predicate<T> also) {
    for (Throwable t = e; t != null; t = t.getCause()) {
      if (type.isInstance(t) && also.test(type.cast(t))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isFull(IOException e) {
    return text(e).contains("no space left") || text(e).contains("quota exceeded");
  }

  // Class 08 is the SQL standard's for broken connections.
  private static boolean isAway(SQLException e) {
    return e.getSQLState() != null && e.getSQLState().startsWith("08");
  }

  private static boolean isLasting(IOException e) {
    return e instanceof NoSuchFileException || e instanceof NotDirectoryException;
  }

  private static String text(Exception e) {
    return String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
  }

  /** An exception's message on one line, shortened, with the class where there is none. */
  static String reason(Throwable e) {
    Throwable told = e;
    while (told.getCause() != null && (told.getMessage() == null || told.getMessage().isBlank())) {
      told = told.getCause();
    }
    String message = String.valueOf(told.getMessage()).strip();
    int line = message.indexOf('\n');
    String first = line < 0 ? message : message.substring(0, line).strip();
    String shown = first.length() > LONGEST ? first.substring(0, LONGEST) + "…" : first;
    return told.getMessage() == null
        ? told.getClass().getSimpleName()
        : told.getClass().getSimpleName() + ": " + shown;
  }
}
