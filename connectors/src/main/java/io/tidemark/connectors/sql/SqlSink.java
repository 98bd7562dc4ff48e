package io.tidemark.connectors.sql;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;

/**
 * A table of any database, written by batches of inserts. Rows, cursor and totals of a chunk are
 * one transaction, guarded by the partition's row of {@link SqlProgress}.
 */
final class SqlSink implements Sink {

  private final SqlEndpoint endpoint;
  private final SinkSettings settings;
  private final Dialect dialect;
  private final SqlErrors errors;
  private final SqlPool pool;
  private final SqlProbe probe;
  private SqlTable table;

  SqlSink(SqlEndpoint endpoint, SinkSettings settings) {
    this.endpoint = endpoint;
    this.settings = settings;
    this.dialect = endpoint.dialect();
    this.errors = new SqlErrors(SqlErrors.SINK, settings.table().toString(), endpoint);
    this.pool = new SqlPool(endpoint, Dialect.Use.WRITE, errors);
    this.probe = new SqlProbe(endpoint, errors, Dialect.Use.PROBE_SINK);
  }

  @Override
  public List<RowFormat> accepts(SourceShape source) {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public List<String> obstacles(SourceShape source, RowFormat format) {
    return List.of("the sink, " + dialect.product() + ", takes no format of another database");
  }

  @Override
  public List<String> explain() {
    return dialect.lacks().stream().map(l -> "sink: " + l).toList();
  }

  @Override
  public void check(SourceShape source) throws TaskException {
    List<String> problems;
    try (SqlPool looking = new SqlPool(endpoint.unmade(), Dialect.Use.WRITE, errors)) {
      problems =
          looking.run(
              "checking it", c -> new SqlTargetCheck(c, dialect, settings, source).problems());
    }
    if (!problems.isEmpty()) {
      throw errors.fatal(
          (problems.size() == 1 ? "" : problems.size() + " problems: ")
              + String.join("; ", problems));
    }
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    SqlProgress progress = SqlProgress.beside(dialect, settings.table());
    long partitions =
        pool.run(
            "looking for " + backfill + " in it",
            c ->
                dialect.table(c, progress.name()).isEmpty()
                    ? 0L
                    : progress.partitions(c, backfill));
    if (partitions > 0) {
      throw errors.fatal(
          SinkSettings.leftover(progress.name(), partitions, backfill, progress.forget(backfill)));
    }
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    pool.run(
        "preparing it",
        c -> {
          String words = dialect.words(c);
          boolean missing = dialect.table(c, settings.table()).isEmpty();
          c.commit();
          if (missing && settings.create()) {
            create(c, source, words);
          }
          existing(c);
          SqlProgress.beside(dialect, settings.table()).create(c, dialect.tableEnd(words));
          c.commit();
          return null;
        });
  }

  private void create(Connection c, SourceShape source, String words) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(
          TargetColumns.create(settings.table(), source, settings.keyOf(source), dialect, words));
      c.commit();
    }
  }

  private SqlTable existing(Connection c) throws SQLException, TaskException {
    Optional<SqlTable> found = dialect.table(c, settings.table());
    if (found.isEmpty()) {
      throw errors.fatal(
          "there is no such table"
              + NearNames.hint(settings.table().toString(), dialect.names(c, settings.table())));
    }
    return found.get();
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw errors.fatal("rows of format " + format.id() + " are not taken");
    }
    SqlTable target = target();
    SqlProgress progress = SqlProgress.beside(dialect, settings.table());
    RowWriter rows = new RowWriter(target, source, settings, errors);
    Connection c = pool.take();
    boolean opened = false;
    try {
      // Before anybody's session is ended.
      progress.refuse(c, claim);
      c.commit();
      if (!dialect.hold(c, progress.name(), claim)) {
        throw new TaskException(
            FailureKind.TRANSIENT,
            "55P03",
            errors.where()
                + ": the session of the former claimant of partition "
                + claim.partition()
                + " was told to end and still lives; tried again later",
            null);
      }
      SinkWriter.Progress found = progress.claim(c, claim);
      SinkWriter writer = new SqlWriter(pool, errors, c, progress, rows, claim, found);
      opened = true;
      return writer;
    } catch (SQLException e) {
      throw errors.of("opening partition " + claim.partition(), e);
    } finally {
      if (!opened) {
        // It may hold the partition by now.
        pool.drop(c);
      }
    }
  }

  // Read once: a type that changes later fails the insert and is told as such.
  private synchronized SqlTable target() throws TaskException {
    if (table == null) {
      table = pool.run("reading its columns", this::existing);
    }
    return table;
  }

  /** Does nothing: rows are where readers look once their chunk is committed. */
  @Override
  public void finish(Manifest manifest) {}

  @Override
  public boolean needsFinish() {
    return false;
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
