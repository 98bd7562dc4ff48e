package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.ChunkReader;
import io.tidemark.connectors.api.PlannedSlice;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Source;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.KeyRange;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** A table of any database, read in ranges of a key. */
final class SqlSource implements Source {

  private final SqlSourceSettings settings;
  private final SqlErrors errors;
  private final SqlPool pool;
  private final SqlProbe probe;
  private ReadTable table;

  SqlSource(SqlEndpoint endpoint, SqlSourceSettings settings) {
    this.settings = settings;
    this.errors =
        new SqlErrors(
            SqlErrors.SOURCE, settings.table().toString(), endpoint.place(), endpoint.dialect());
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
          new SqlSplitter(c, described.read(), settings, errors).split(after, out);
          return null;
        });
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
    lines.add(
        "cut: "
            + read.within(read.keys(), null, null, Math.max(1, settings.rows()) - 1, 1)
            + ", and so on behind each");
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
