package io.tidemark.connectors.cut;

import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a database tells of the rows along a key, of those that meet the user's condition. It
 * compares: keys are its texts, one for each column, and a bound of fewer compares the first
 * columns only. Used by one planner, in one transaction.
 */
public interface KeyWalk {

  /** The key's columns, in key order. */
  List<String> columns();

  /**
   * The first key in (lower, upper].
   *
   * @param lower null: open below
   */
  Optional<List<String>> next(List<String> lower, List<String> upper)
      throws SQLException, TaskException;

  /**
   * The largest key above {@code lower}.
   *
   * @param lower null: open below
   */
  Optional<List<String>> largest(List<String> lower) throws SQLException, TaskException;

  /** The largest key above {@code lower} whose first column is less than a value. */
  Optional<List<String>> largest(List<String> lower, String below)
      throws SQLException, TaskException;

  /** Rows in (lower, upper], counted or estimated; null: open. */
  long rows(List<String> lower, List<String> upper) throws SQLException;

  /** Rows up to a key that pass a filter, counted or estimated. */
  long passing(List<String> upper, RowFilter filter) throws SQLException;

  /** Rows with a NULL in the key, counted or estimated; empty: there are none. */
  OptionalLong nulls() throws SQLException;

  /** The time of a first column that has times, in UTC, a date's its midnight; empty: infinite. */
  Optional<Instant> time(String text);

  /** The last value that such a column can hold, short of infinity, before a time. */
  String before(Instant time);
}
