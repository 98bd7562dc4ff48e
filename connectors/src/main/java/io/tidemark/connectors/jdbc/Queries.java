package io.tidemark.connectors.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Small answers of a database. */
final class Queries {

  private Queries() {}

  /** The first columns of each row, as texts. */
  static List<List<String>> texts(Connection connection, String sql, int columns)
      throws SQLException {
    List<List<String>> rows = new ArrayList<>();
    try (Statement s = connection.createStatement();
        ResultSet r = s.executeQuery(sql)) {
      while (r.next()) {
        List<String> parts = new ArrayList<>(columns);
        for (int i = 1; i <= columns; i++) {
          parts.add(r.getString(i));
        }
        rows.add(List.copyOf(parts));
      }
    }
    return rows;
  }

  /** The one value of a query. */
  static String text(Connection connection, String sql) throws SQLException {
    return texts(connection, sql, 1).get(0).get(0);
  }

  /** The one number of a query. */
  static long number(Connection connection, String sql) throws SQLException {
    return Long.parseLong(text(connection, sql));
  }
}
