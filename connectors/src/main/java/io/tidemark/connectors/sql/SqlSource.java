package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.cut.Cut;
import io.tidemark.connectors.cut.FilterSplitter;
import io.tidemark.connectors.cut.ListValues;
import io.tidemark.connectors.cut.Slicing;
import io.tidemark.connectors.cut.TimeSplitter;
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
import java.util.stream.Collectors;

/** A table of any database, read in ranges of a key, and of these by a filter. */
final class SqlSource implements Source {

  private final SqlSourceSettings settings;
  private final SqlErrors errors;
  private final SqlPool pool;
  private final SqlProbe probe;
  private ReadTable table;

  SqlSource(SqlEndpoint endpoint, SqlSourceSettings settings) {
    this.settings = settings;
    this.errors = new SqlErrors(SqlErrors.SOURCE, settings.table().toString(), endpoint);
    this.pool = new SqlPool(endpoint, Dialect.Use.READ, errors);
    this.probe = new SqlProbe(endpoint, errors, Dialect.Use.PROBE);
  }

  @Override
  public SourceShape shape() throws TaskException {
    return table().shape();
  }

  @Override
  public List<RowFormat> formats() {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public void split(Optional<Slice> after, Consumer<PlannedSlice> out) throws TaskException {
    ReadTable described = table();
    pool.run(
        "planning",
        c -> {
          cut(c, described, after, out);
          return null;
        });
  }

  private void cut(
      Connection connection, ReadTable described, Optional<Slice> after, Consumer<PlannedSlice> out)
      throws SQLException, TaskException {
    SqlWalk key = new SqlWalk(connection, described.read(), errors);
    switch (settings.cut()) {
      case Cut.ByKey k -> new SqlSplitter(key, new Slicing(key), settings).split(after, out);
      case Cut.ByTime t -> new TimeSplitter(key, t, settings.tail()).split(after, out);
      case Cut.ByList l ->
          new FilterSplitter(key, values(connection, described, l)::behind).split(after, out);
      case Cut.ByHash h -> new FilterSplitter(key, h::behind).split(after, out);
      case Cut.ByBlocks b -> throw new IllegalArgumentException("refused with the settings");
    }
  }

  private ListValues values(Connection connection, ReadTable described, Cut.ByList list) {
    KeyRead column = listed(described, list);
    return new ListValues(new SqlListed(connection, column, errors), list, ListValues.MOST);
  }

  private KeyRead listed(ReadTable described, Cut.ByList list) {
    SqlTable found = described.table();
    return new KeyRead(
        errors.dialect(),
        found,
        List.of(found.column(list.column()).orElseThrow()),
        settings.where(),
        Optional.empty());
  }

  @Override
  public ChunkReader open(Slice slice, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS) || !(slice instanceof Slice.Keys keys)) {
      throw errors.fatal("a table is not read by " + slice + " in format " + format.id());
    }
    KeyRange range = keys.range();
    ReadTable described = table();
    List<String> key = described.read().key().stream().map(SqlColumn::name).toList();
    if (!range.getColumns().equals(key)) {
      throw errors.fatal(
          "it was planned by ("
              + String.join(", ", range.getColumns())
              + "), and its key is ("
              + String.join(", ", key)
              + ") now; plan the backfill again");
    }
    return new SqlChunkReader(pool, errors, described, range);
  }

  @Override
  public List<String> explain(RowFormat format) throws TaskException {
    ReadTable described = table();
    KeyRead read = described.read();
    String key = read.key().stream().map(SqlColumn::name).collect(Collectors.joining(", "));
    List<String> lines = new ArrayList<>();
    lines.add("key: (" + key + "), compared by " + errors.dialect().product());
    lines.add("cut: " + cut(described));
    lines.add(
        described.unique()
            ? "chunk: rows behind the last key, in its order, as many as it holds"
            : "chunk: the n-th key behind the last one, then all rows up to that key");
    if (read.nullable()) {
      lines.add("rows with a NULL key, one chunk: " + read.nulls("…"));
    }
    if (described.table().view()) {
      lines.add("a view: whether its key can be walked along an index was not looked at");
    }
    errors.dialect().lacks().forEach(l -> lines.add("source: " + l));
    return lines;
  }

  // Asks for the values that the spec gives: which there are must be known before a sink is made.
  private String cut(ReadTable described) throws TaskException {
    KeyRead read = described.read();
    return switch (settings.cut()) {
      case Cut.ByKey k ->
          read.within(read.keys(), null, null, Math.max(1, settings.rows()) - 1, 1)
              + ", and so on behind each";
      case Cut.ByTime t ->
          read.within(read.keys(), null, null, 0, 1) + ", and the next time behind each window";
      case Cut.ByList l when l.groups().isEmpty() ->
          "the values of " + listed(described, l).distinct(null, ListValues.MOST + 1);
      case Cut.ByList l ->
          filtered(
              read, pool.run("partition.list", c -> values(c, described, l).given()).getFirst());
      case Cut.ByHash h -> filtered(read, h.bucket(0));
      case Cut.ByBlocks b -> throw new IllegalArgumentException("refused with the settings");
    };
  }

  private static String filtered(KeyRead read, RowFilter filter) {
    return "every partition reads " + read.only(filter).within("…", null, null, 0, 0);
  }

  private synchronized ReadTable table() throws TaskException {
    if (table == null) {
      table = pool.run("reading its columns", c -> ReadTable.of(c, settings, errors));
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
