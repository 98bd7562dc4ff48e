package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.RowFilter;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A PostgreSQL table, read in ranges of a key. */
final class PostgresSource implements Source {

  private final SourceSettings settings;
  private final PostgresErrors errors;
  private final PostgresPool pool;
  private SourceTable table;

  PostgresSource(SourceSettings settings) {
    this.settings = settings;
    this.errors =
        new PostgresErrors(
            PostgresErrors.Side.SOURCE, settings.table().toString(), settings.endpoint().place());
    this.pool = new PostgresPool(settings.endpoint(), PostgresPool.Use.READ, errors);
  }

  @Override
  public SourceShape shape() throws TaskException {
    return table().shape();
  }

  @Override
  public List<RowFormat> formats() throws TaskException {
    List<RowFormat> formats = new ArrayList<>();
    table().nativeFormat().ifPresent(formats::add);
    PostgresRowFormat.text(shape()).ifPresent(formats::add);
    formats.add(RowFormat.RECORDS);
    return List.copyOf(formats);
  }

  @Override
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException {
    SourceTable described = table();
    KeySql key = described.key(List.of());
    // One snapshot for the whole walk: the connection's transaction.
    Connection connection = pool.take();
    try {
      Slicing slices =
          new Slicing(
              connection, key, new RowCount(connection, described.table(), RowCount.COUNTED));
      switch (settings.cut()) {
        case Cut.ByKey k ->
            new PostgresSplitter(connection, key, settings, described.table()).split(after, out);
        case Cut.ByTime time ->
            new TimeSplitter(key, slices, time, settings.tail()).split(after, out);
        case Cut.ByList list ->
            new FilterSplitter(
                    key, slices, described.filters(), values(connection, described, list)::behind)
                .split(after, out);
        case Cut.ByHash hash ->
            new FilterSplitter(key, slices, described.filters(), hash::behind).split(after, out);
      }
    } catch (SQLException e) {
      throw errors.of("planning", e);
    } finally {
      pool.give(connection);
    }
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    if (!(slice instanceof Slice.Keys keys)) {
      throw errors.fatal("a table is read by key, not by " + slice);
    }
    SourceTable described = table();
    if (!formats().contains(format)) {
      throw errors.fatal(
          "it no longer has the columns that were planned (format "
              + format.id()
              + " is not to be had any more); plan the backfill again");
    }
    KeyRange range = keys.range();
    KeySql key = described.key(range);
    Form form = Form.of(format);
    Optional<TupleKey> shown = TupleKey.of(key.key(), described.selected(), form);
    return shown.isPresent() && !range.getNullKeys()
        ? new PostgresStreamReader(pool, errors, described, key, range, form, shown.get())
        : new PostgresChunkReader(pool, errors, described, key, range, form);
  }

  @Override
  public List<String> explain() throws TaskException {
    SourceTable described = table();
    KeySql key = described.key(List.of());
    List<String> example = key.key().stream().map(c -> "…").toList();
    List<String> lines = new ArrayList<>();
    lines.add("cut: " + cut(described, key, example));
    lines.add("chunk end: " + key.nth(example, example, 1, 2) + " (n = rows of the chunk)");
    lines.add(
        "chunk: COPY ("
            + described.select(Form.of(formats().getFirst()))
            + key.from()
            + key.within(example, example)
            + ") TO STDOUT (FORMAT BINARY)");
    if (key.nullable()) {
      lines.add("rows with a NULL key, one chunk: …" + key.from() + key.nulls());
    }
    lines.add("index: " + described.walk(key.key()).name());
    described.cost(key).ifPresent(lines::add);
    return lines;
  }

  private ListValues values(Connection connection, SourceTable described, Cut.ByList list)
      throws TaskException {
    return new ListValues(connection, described.listed(list), list, errors, ListValues.MOST);
  }

  private String cut(SourceTable described, KeySql key, List<String> example) throws TaskException {
    return switch (settings.cut()) {
      case Cut.ByKey k ->
          key.nth(example, example, Math.max(1, settings.rows()), 1)
              + (settings.rows() > 0 ? "" : " (n derived)");
      case Cut.ByTime t ->
          key.nth(example.subList(0, 1), example, 1, 1) + " (the next time behind each window)";
      case Cut.ByList list -> listed(described, key, list);
      case Cut.ByHash hash ->
          "every partition reads" + key.from() + filtered(described, key, hash.bucket(0));
    };
  }

  // Asks for the values that the spec gives: which there are must be known before a sink is made.
  private String listed(SourceTable described, KeySql key, Cut.ByList list) throws TaskException {
    Connection connection = pool.take();
    try {
      ListValues values = values(connection, described, list);
      return list.groups().isEmpty()
          ? described.listed(list).nth(List.of("…"), null, 1, 1) + " (the next value behind each)"
          : "every partition reads"
              + key.from()
              + filtered(described, key, values.given().getFirst());
    } catch (SQLException e) {
      throw errors.of("partition.list", e);
    } finally {
      pool.give(connection);
    }
  }

  private static String filtered(SourceTable described, KeySql key, RowFilter filter)
      throws TaskException {
    return key.only(described.filters().condition(filter)).within(null, null);
  }

  private synchronized SourceTable table() throws TaskException {
    if (table == null) {
      Connection connection = pool.take();
      try {
        table = SourceTable.read(connection, settings, errors);
      } catch (SQLException e) {
        throw errors.of("reading its columns", e);
      } finally {
        pool.give(connection);
      }
    }
    return table;
  }

  @Override
  public void close() {
    pool.close();
  }
}
