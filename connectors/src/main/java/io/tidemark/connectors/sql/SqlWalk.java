package io.tidemark.connectors.sql;

import io.tidemark.connectors.columns.TextValues;
import io.tidemark.connectors.cut.KeyWalk;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.plan.KeyStrides;
import io.tidemark.core.retry.TaskException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Asks a database of the rows along a key. */
record SqlWalk(Connection connection, KeyRead read, SqlErrors errors) implements KeyWalk {

  @Override
  public List<String> columns() {
    return read.key().stream().map(SqlColumn::name).toList();
  }

  @Override
  public Optional<List<String>> next(List<String> lower, List<String> upper)
      throws SQLException, TaskException {
    return nth(lower, upper, 1);
  }

  /** The n-th key in (lower, upper]. */
  Optional<List<String>> nth(List<String> lower, List<String> upper, long n)
      throws SQLException, TaskException {
    return first(read.within(read.keys(), lower, upper, n - 1, 1));
  }

  /** Whether the key is a unique integer of whose rows none is left out, in an index. */
  boolean looks() {
    Held.Kind kind = held().kind();
    return read.key().size() == 1
        && (kind == Held.Kind.INT || kind == Held.Kind.LONG)
        && read.where().isEmpty()
        && !read.table().view()
        && read.dialect().wantsIndex()
        && read.table().identifies(read.key());
  }

  /** Some keys above one. */
  Optional<KeyStrides.Look> look(OptionalLong above) throws SQLException {
    List<String> lower = above.isEmpty() ? null : List.of(Long.toString(above.getAsLong()));
    KeyRead.Query query = read.within(read.keys(), lower, null, 0, KeyStrides.KEYS);
    List<Long> keys = new ArrayList<>();
    try (PreparedStatement s = connection.prepareStatement(query.toString())) {
      query.bind(s);
      try (ResultSet r = s.executeQuery()) {
        while (r.next()) {
          keys.add(r.getLong(1));
        }
      }
    }
    return keys.isEmpty()
        ? Optional.empty()
        : Optional.of(new KeyStrides.Look(keys.getFirst(), keys.getLast(), keys.size()));
  }

  @Override
  public Optional<List<String>> largest(List<String> lower) throws SQLException, TaskException {
    return first(read.largest(lower, null));
  }

  @Override
  public Optional<List<String>> largest(List<String> lower, String below)
      throws SQLException, TaskException {
    return first(read.largest(lower, below));
  }

  @Override
  public long rows(List<String> lower, List<String> upper) throws SQLException {
    return count(read.within("count(*)", lower, upper, 0, 0));
  }

  @Override
  public long passing(List<String> upper, RowFilter filter) throws SQLException {
    return count(read.only(filter).within("count(*)", null, upper, 0, 0));
  }

  @Override
  public OptionalLong nulls() throws SQLException {
    long rows = read.nullable() ? count(read.nulls("count(*)")) : 0;
    return rows == 0 ? OptionalLong.empty() : OptionalLong.of(rows);
  }

  private Optional<List<String>> first(KeyRead.Query query) throws SQLException, TaskException {
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

  @Override
  public Optional<Instant> time(String text) {
    return switch (held().type().parse(text)) {
      case Integer days when days == Integer.MAX_VALUE || days == Integer.MIN_VALUE ->
          Optional.empty();
      case Integer days -> Optional.of(midnight(days));
      case Long micros when micros == Long.MAX_VALUE || micros == Long.MIN_VALUE ->
          Optional.empty();
      case Long micros -> Optional.of(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
      case Object other -> throw new IllegalArgumentException("not a time: " + other);
    };
  }

  // Days and microseconds that their numbers hold at most stand for infinity.
  @Override
  public String before(Instant time) {
    if (held().kind() == Held.Kind.DATE) {
      Instant end = midnight(Integer.MAX_VALUE);
      return print(Math.toIntExact(day(time.isAfter(end) ? end : time) - 1));
    }
    Instant end = Instant.EPOCH.plus(Long.MAX_VALUE, ChronoUnit.MICROS);
    long micros =
        time.isAfter(end) ? Long.MAX_VALUE : ChronoUnit.MICROS.between(Instant.EPOCH, time);
    long unit = 1;
    for (int digits = held().scale(); digits < Held.MICROS; digits++) {
      unit *= 10;
    }
    return print(Math.floorDiv(micros - 1, unit) * unit);
  }

  private static Instant midnight(int day) {
    return LocalDate.ofEpochDay(day).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static long day(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC).toEpochDay();
  }

  private String print(Object value) {
    return TextValues.printer(held().schema()).print(value);
  }

  private Held held() {
    return read.key().getFirst().held();
  }
}
