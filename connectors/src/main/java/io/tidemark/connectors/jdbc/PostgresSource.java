package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.cut.FilterSplitter;
import io.tidemark.connectors.cut.ListValues;
import io.tidemark.connectors.cut.TimeSplitter;
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

/** A PostgreSQL table, read in ranges of a key, or of its blocks. */
final class PostgresSource implements Source {

  private final SourceSettings settings;
  private final PostgresErrors errors;
  private final PostgresPool pool;
  private final PostgresProbe probe;
  private SourceTable table;
  private volatile List<String> told = List.of();

  PostgresSource(SourceSettings settings) {
    this.settings = settings;
    this.errors =
        new PostgresErrors(
            PostgresErrors.Side.SOURCE, settings.table().toString(), settings.endpoint().place());
    this.pool = new PostgresPool(settings.endpoint(), PostgresPool.Use.READ, errors);
    this.probe = new PostgresProbe(settings.endpoint(), errors);
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
    told = pool.run("planning", c -> cut(c, described, after, out));
  }

  // Returns what there is to tell of how it was cut.
  private List<String> cut(
      Connection connection,
      SourceTable described,
      Optional<Slice> after,
      Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    return switch (settings.cut()) {
      case Cut.ByKey k -> {
        PostgresSplitter splitter =
            new PostgresSplitter(
                PostgresWalk.of(connection, described),
                settings,
                described.table(),
                KeySampler.SMALL);
        splitter.split(after, out);
        yield List.copyOf(splitter.told());
      }
      case Cut.ByTime time -> {
        new TimeSplitter(PostgresWalk.of(connection, described), time, settings.tail())
            .split(after, out);
        yield List.of();
      }
      case Cut.ByList list -> {
        ListValues values = values(connection, described, list);
        new FilterSplitter(PostgresWalk.of(connection, described), values::behind)
            .split(after, out);
        yield List.of();
      }
      case Cut.ByHash hash -> {
        new FilterSplitter(PostgresWalk.of(connection, described), hash::behind).split(after, out);
        yield List.of();
      }
      case Cut.ByBlocks blocks -> BlockSlices.split(connection, described, blocks, after, out);
    };
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
    KeySql key = described.key(range);
    Optional<TupleKey> shown = TupleKey.of(key.key(), described.selected(), form);
    return shown.isPresent() && !range.getNullKeys()
        ? new PostgresStreamReader(
            pool, errors, new StreamedKeys(described, key, range, form, shown.get()))
        : new PostgresChunkReader(pool, errors, described, key, range, form);
  }

  private void requireSame(StreamedBlocks blocks) throws TaskException {
    pool.run(
        "looking for its file",
        c -> {
          blocks.requireSame(c);
          return null;
        });
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    SourceTable described = table();
    List<String> lines = new ArrayList<>();
    if (settings.cut() instanceof Cut.ByBlocks) {
      lines.addAll(told);
      lines.add(BlockSlices.explain(described, Form.of(format)));
      return lines;
    }
    KeySql key = described.key(List.of());
    List<String> example = key.key().stream().map(c -> "…").toList();
    if (told.isEmpty()) {
      lines.add("cut: " + cut(described, key, example));
    }
    lines.addAll(told);
    Form form = Form.of(format);
    String rows = "COPY (" + described.select(form) + key.from() + key.within(example, example);
    String end = ") TO STDOUT (FORMAT BINARY)";
    if (TupleKey.of(key.key(), described.selected(), form).isPresent()) {
      lines.add("read, and cut into chunks as it comes: " + rows + key.order() + end);
    } else {
      lines.add("chunk end: " + key.nth(example, example, 1, 2) + " (n = rows of the chunk)");
      lines.add("chunk: " + rows + end);
    }
    if (key.nullable()) {
      lines.add("rows with a NULL key, one chunk: …" + key.from() + key.nulls());
    }
    lines.add("index: " + described.walk(key.key()).name());
    described.cost(key).ifPresent(lines::add);
    return lines;
  }

  private ListValues values(Connection connection, SourceTable described, Cut.ByList list)
      throws TaskException {
    return new ListValues(
        new PostgresListed(connection, described.listed(list), errors), list, ListValues.MOST);
  }

  private String cut(SourceTable described, KeySql key, List<String> example) throws TaskException {
    return switch (settings.cut()) {
      case Cut.ByKey k -> key.nth(example, example, Math.max(1, settings.rows()), 1);
      case Cut.ByBlocks blocks -> "each " + blocks.megabytes() + " MB of its blocks";
      case Cut.ByTime t ->
          key.nth(example.subList(0, 1), example, 1, 1) + " (the next time behind each window)";
      case Cut.ByList list -> listed(described, key, list);
      case Cut.ByHash hash ->
          "every partition reads" + key.from() + filtered(described, key, hash.bucket(0));
    };
  }

  // Asks for the values that the spec gives: which there are must be known before a sink is made.
  private String listed(SourceTable described, KeySql key, Cut.ByList list) throws TaskException {
    return pool.run(
        "partition.list",
        c -> {
          ListValues values = values(c, described, list);
          return list.groups().isEmpty()
              ? described.listed(list).nth(List.of("…"), null, 1, 1)
                  + " (the next value behind each)"
              : "every partition reads"
                  + key.from()
                  + filtered(described, key, values.given().getFirst());
        });
  }

  private static String filtered(SourceTable described, KeySql key, RowFilter filter)
      throws TaskException {
    return key.only(described.filters().condition(filter)).within(null, null);
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
      table = pool.run("reading its columns", c -> SourceTable.read(c, settings, errors));
    }
    return table;
  }

  @Override
  public Optional<Probing> probing() {
    return Optional.of(probe);
  }

  @Override
  public void close() {
    probe.close();
    pool.close();
  }
}
