package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Cuts a table by walking the index of its key: each boundary is the key n rows behind the last
 * one. Order of slices: open below, …, up to the largest key there is now; the tail, open above;
 * the rows with a NULL key. Rows that share a boundary's key belong to the slice that ends there.
 */
final class SqlSplitter {

  private final Connection connection;
  private final KeyRead read;
  private final SqlSourceSettings settings;
  private final SqlErrors errors;

  SqlSplitter(Connection connection, KeyRead read, SqlSourceSettings settings, SqlErrors errors) {
    this.connection = connection;
    this.read = read;
    this.settings = settings;
    this.errors = errors;
  }

  void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws SQLException, TaskException {
    KeyRange last = after.map(s -> ((Slice.Keys) s).range()).orElse(null);
    if (last != null && last.getNullKeys()) {
      return;
    }
    // A slice that is open above was the last of those with a key.
    if (last == null || last.getUpper() != null) {
      List<String> lower = walk(last == null ? null : last.getUpper(), out);
      if (settings.tail()) {
        out.accept(slice(lower, null, false, 0));
      }
    }
    if (read.nullable()) {
      long rows = count(read.nulls("count(*)"));
      if (rows > 0) {
        out.accept(slice(null, null, true, rows));
      }
    }
  }

  // Returns the last slice's upper key.
  private List<String> walk(List<String> start, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    Optional<List<String>> largest = key(read.largest(start));
    if (largest.isEmpty()) {
      return start;
    }
    List<String> end = largest.get();
    long rows = target();
    List<String> lower = start;
    while (true) {
      Optional<List<String>> boundary = key(read.within(read.keys(), lower, end, rows - 1, 1));
      if (boundary.isEmpty() || boundary.get().equals(end)) {
        // None is left if two spellings of one key are the boundary and the end.
        long rest = count(read.within("count(*)", lower, end, 0, 0));
        if (rest > 0) {
          out.accept(slice(lower, end, false, rest));
          return end;
        }
        return lower;
      }
      out.accept(slice(lower, boundary.get(), false, rows));
      lower = boundary.get();
    }
  }

  private long target() throws SQLException {
    return settings.count() == 0
        ? settings.rows()
        : Math.max(
            1, Math.ceilDiv(count(read.within("count(*)", null, null, 0, 0)), settings.count()));
  }

  private Optional<List<String>> key(KeyRead.Query query) throws SQLException, TaskException {
    try (PreparedStatement s = connection.prepareStatement(query.toString())) {
      query.bind(s);
      try (ResultSet r = s.executeQuery()) {
        return r.next() ? Optional.of(read.texts(r)) : Optional.empty();
      }
    } catch (UnreadableException e) {
      throw errors.fatal("its key " + e.getMessage() + "; cut it by other columns");
    }
  }

  private long count(KeyRead.Query query) throws SQLException {
    try (PreparedStatement s = connection.prepareStatement(query.toString())) {
      query.bind(s);
      try (ResultSet r = s.executeQuery()) {
        r.next();
        return r.getLong(1);
      }
    }
  }

  private PlannedSlice slice(List<String> lower, List<String> upper, boolean nulls, long rows) {
    List<String> columns = read.key().stream().map(SqlColumn::name).toList();
    return new PlannedSlice(new Slice.Keys(new KeyRange(columns, lower, upper, nulls, null)), rows);
  }
}
