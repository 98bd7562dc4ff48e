package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.jdbc.PostgresRowFormat.Form;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A PostgreSQL table, read in ranges of a key, or of its blocks. */
final class PostgresSource implements Source {

  private final SourceSettings settings;
  private final PostgresErrors errors;
  private final PostgresPool pool;
  private SourceTable table;
  private volatile List<String> told = List.of();

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
    // One snapshot for the whole walk: the connection's transaction.
    Connection connection = pool.take();
    try {
      told =
          settings.physical()
              ? BlockSlices.split(connection, described, after, out)
              : byKey(connection, described, after, out);
    } catch (SQLException e) {
      throw errors.of("planning", e);
    } finally {
      pool.give(connection);
    }
  }

  private List<String> byKey(
      Connection connection,
      SourceTable described,
      Optional<Slice> after,
      Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    KeySql key = described.key(List.of());
    PostgresSplitter splitter =
        new PostgresSplitter(connection, key, settings, described.table(), KeySampler.SMALL);
    splitter.split(after, out);
    return List.copyOf(splitter.told());
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    SourceTable described = table();
    if (!formats().contains(format)) {
      throw errors.fatal(
          "it no longer has the columns that were planned (format "
              + format.id()
              + " is not to be had any more); plan the backfill again");
    }
    Form form = Form.of(format);
    return switch (slice) {
      case Slice.Keys keys -> open(described, keys.range(), form);
      case Slice.Offsets blocks -> {
        StreamedBlocks streamed = new StreamedBlocks(described, blocks.range(), form);
        requireSame(streamed);
        yield new PostgresStreamReader(pool, errors, streamed);
      }
      case Slice.FilePart other -> throw errors.fatal("a table is not read by " + other);
    };
  }

  private ChunkReader open(SourceTable described, KeyRange range, Form form) throws TaskException {
    KeySql key = described.key(range.getColumns());
    Optional<TupleKey> shown = TupleKey.of(key.key(), described.selected(), form);
    return shown.isPresent() && !range.getNullKeys()
        ? new PostgresStreamReader(
            pool, errors, new StreamedKeys(described, key, range, form, shown.get()))
        : new PostgresChunkReader(pool, errors, described, key, range, form);
  }

  private void requireSame(StreamedBlocks blocks) throws TaskException {
    Connection connection = pool.take();
    try {
      blocks.requireSame(connection);
    } catch (SQLException e) {
      throw errors.of("looking for its file", e);
    } finally {
      pool.give(connection);
    }
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    SourceTable described = table();
    List<String> lines = new ArrayList<>();
    if (settings.physical()) {
      lines.addAll(told);
      lines.add(BlockSlices.explain(described, Form.of(format)));
      return lines;
    }
    KeySql key = described.key(List.of());
    List<String> example = key.key().stream().map(c -> "…").toList();
    if (told.isEmpty()) {
      lines.add("cut: " + key.nth(example, example, Math.max(1, settings.rows()), 1));
    }
    lines.addAll(told);
    Form form = Form.of(format);
    String rows =
        "COPY ("
            + described.select(form)
            + key.from()
            + key.within(example, example)
            + "%s)"
            + " TO STDOUT (FORMAT BINARY)";
    if (TupleKey.of(key.key(), described.selected(), form).isPresent()) {
      lines.add("read, and cut into chunks as it comes: " + rows.formatted(key.order()));
    } else {
      lines.add("chunk end: " + key.nth(example, example, 1, 2) + " (n = rows of the chunk)");
      lines.add("chunk: " + rows.formatted(""));
    }
    if (key.nullable()) {
      lines.add("rows with a NULL key, one chunk: …" + key.from() + key.nulls());
    }
    lines.add("index: " + described.walk(key.key()).name());
    return lines;
  }

  @Override
  public List<String> obstacles() throws TaskException {
    return table().selected().stream()
        .filter(c -> !c.type().portable())
        .map(
            c ->
                "column '%s' of the source is %s, whose binary form means nothing in another database"
                    .formatted(c.name(), c.type().name()))
        .toList();
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
