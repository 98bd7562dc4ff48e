package io.tidemark.connectors.cut;

import io.tidemark.core.retry.TaskException;
import java.sql.SQLException;
import java.util.List;

/** What a database tells of the values of a list's column; it says which are equal. */
public interface ListedColumn {

  /**
   * A value that a spec gives.
   *
   * @param text as the database writes it
   * @param first the number of the first value given that is equal to it
   */
  record Given(String text, int first) {}

  /**
   * The values that a spec gives, in their order.
   *
   * @throws TaskException FATAL if one of them is none of the column's type
   */
  List<Given> given(List<String> values) throws SQLException, TaskException;

  /**
   * Values that rows have, in an order that stays the same; without NULL.
   *
   * @param behind a value; null: from the first one
   * @param most how many, at most
   */
  List<String> found(String behind, int most) throws SQLException, TaskException;

  /** Whether a row has none. */
  boolean nulls() throws SQLException;

  /** A failure that no retry mends. */
  TaskException fatal(String message);
}
