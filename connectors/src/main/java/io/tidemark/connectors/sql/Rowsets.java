package io.tidemark.connectors.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Small answers of a database. */
final class Rowsets {

  private Rowsets() {}

  /** Reads a row. */
  interface Row<T> {
    T of(ResultSet row) throws SQLException;
  }

  /** All rows of a query whose parameters are texts. */
  static <T> List<T> all(Connection connection, String sql, Row<T> row, String... parameters)
      throws SQLException {
    List<T> rows = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        s.setString(i + 1, parameters[i]);
      }
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          rows.add(row.of(r));
        }
      }
    }
    return rows;
  }

  /** All rows of an answer of the driver, which is closed. */
  static <T> List<T> all(ResultSet answer, Row<T> row) throws SQLException {
    List<T> rows = new ArrayList<>();
    try (answer) {
      while (answer.next()) {
        rows.add(row.of(answer));
      }
    }
    return rows;
  }
}
