package io.tidemark.connectors.sql;

import io.tidemark.connectors.cut.ListedColumn;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.List;

/**
 * Asks a database of the values of a list's column.
 *
 * @param read the column as a key
 */
record SqlListed(Connection connection, KeyRead read, SqlErrors errors) implements ListedColumn {

  @Override
  public List<Given> given(List<String> values) throws SQLException, TaskException {
    List<Given> given = new ArrayList<>();
    for (String value : values) {
      given.add(new Given(canonical(value), given.size()));
    }
    KeyRead.Query query = read.equal(given.stream().map(Given::text).toList());
    try (PreparedStatement s = connection.prepareStatement(query.toString())) {
      query.bind(s);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          given.set(r.getInt(2), new Given(given.get(r.getInt(2)).text(), r.getInt(1)));
        }
      }
    }
    return given;
  }

  private String canonical(String value) throws TaskException {
    SqlColumn column = read.key().getFirst();
    try {
      return read.canonical(column, value);
    } catch (DateTimeException | IllegalArgumentException | ArithmeticException e) {
      throw errors.fatal(
          "partition.list.values: '"
              + value
              + "' is none that '"
              + column.name()
              + "' holds, which is "
              + column.type());
    }
  }

  @Override
  public List<String> found(String behind, int most) throws SQLException, TaskException {
    List<String> found = new ArrayList<>();
    KeyRead.Query query = read.distinct(behind, most);
    try (PreparedStatement s = connection.prepareStatement(query.toString())) {
      query.bind(s);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          found.add(read.texts(r).getFirst());
        }
      }
    } catch (UnreadableException e) {
      throw errors.fatal("partition.list.column: it " + e.getMessage() + "; cut by key");
    }
    // Types that a database does not sort by their values have one text for each.
    return read.key().getFirst().held().ordered()
        ? found
        : found.stream().sorted().filter(v -> behind == null || v.compareTo(behind) > 0).toList();
  }

  @Override
  public boolean nulls() throws SQLException {
    return new SqlWalk(connection, read, errors).nulls().isPresent();
  }

  @Override
  public TaskException fatal(String message) {
    return errors.fatal(message);
  }
}
