package io.tidemark.connectors.jdbc;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.Probing;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.NearNames;
import io.tidemark.connectors.sql.SinkSettings;
import io.tidemark.connectors.sql.TableName;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A PostgreSQL table, written by COPY. Rows, cursor and totals of a chunk are one transaction,
 * guarded by the partition's row of {@link ProgressTable}.
 */
final class PostgresSink implements Sink {

  /** "tidemark" as a number: whoever creates tables takes this lock first. */
  private static final long CREATION_LOCK = 0x746964656d61726bL;

  private final SinkSettings settings;
  private final PostgresErrors errors;
  private final PostgresPool pool;
  private final PostgresProbe probe;
  private PostgresTable table;

  PostgresSink(PostgresEndpoint endpoint, SinkSettings settings) {
    this.settings = settings;
    this.errors =
        new PostgresErrors(PostgresErrors.Side.SINK, settings.table().toString(), endpoint.place());
    this.pool = new PostgresPool(endpoint, PostgresPool.Use.WRITE, errors);
    this.probe = new PostgresProbe(endpoint, errors);
  }

  @Override
  public List<RowFormat> accepts(SourceShape source) throws TaskException {
    return formats(pool.run("reading its columns", c -> described(c, source)), source);
  }

  @Override
  public List<String> obstacles(SourceShape source, RowFormat format) throws TaskException {
    return pool.run(
        "comparing columns",
        c -> {
          Optional<PostgresTable> target = described(c, source);
          if (target.isEmpty() || formats(target, source).contains(format)) {
            return List.of();
          }
          List<String> lines = Target.differences(target.get(), source);
          return lines.isEmpty()
              ? List.of(
                  "the sink's server (version and encoding "
                      + target.get().server()
                      + ") has other binary forms than the source's")
              : lines;
        });
  }

  /** Best first. */
  private static List<RowFormat> formats(Optional<PostgresTable> target, SourceShape source) {
    List<RowFormat> formats = new ArrayList<>();
    target
        .flatMap(t -> Target.inOrder(t, source).flatMap(cs -> PostgresRowFormat.of(cs, t.server())))
        .ifPresent(formats::add);
    PostgresRowFormat.text(source).ifPresent(formats::add);
    formats.add(RowFormat.RECORDS);
    return List.copyOf(formats);
  }

  // A table that is yet to be made is made as a temporary one, looked at, and rolled back.
  private Optional<PostgresTable> described(Connection c, SourceShape source)
      throws SQLException, TaskException {
    PostgresCatalog catalog = new PostgresCatalog(c);
    Optional<PostgresTable> found = catalog.table(settings.table());
    if (found.isPresent() || !settings.create()) {
      return found;
    }
    for (int i = 0; i < source.columns().size(); i++) {
      if (!catalog.knows(TargetTable.type(source, i))) {
        return Optional.empty();
      }
    }
    execute(c, TargetTable.create("TEMPORARY TABLE tidemark_preview", source, List.of()));
    return catalog.table(new TableName("pg_temp", "tidemark_preview"));
  }

  @Override
  public void check(SourceShape source) throws TaskException {
    List<String> problems =
        pool.run("checking it", c -> new TargetCheck(c, settings, source).problems());
    if (!problems.isEmpty()) {
      throw errors.fatal(
          (problems.size() == 1 ? "" : problems.size() + " problems: ")
              + String.join("; ", problems));
    }
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    Optional<ProgressTable> progress =
        pool.run("looking for " + backfill + " in it", this::progress);
    if (progress.isEmpty()) {
      return;
    }
    ProgressTable table = progress.get();
    long partitions = pool.run("reading " + table.name(), c -> table.partitions(c, backfill));
    if (partitions > 0) {
      throw errors.fatal(
          SinkSettings.leftover(table.name(), partitions, backfill, table.forget(backfill)));
    }
  }

  // Where prepare would put it; empty if it is not there.
  private Optional<ProgressTable> progress(Connection c) throws SQLException {
    PostgresCatalog catalog = new PostgresCatalog(c);
    TableName target =
        catalog.table(settings.table()).map(PostgresTable::name).orElse(settings.table());
    // A name without a schema is looked up along the search path, which is where it was made.
    return catalog.table(ProgressTable.beside(target).name()).map(t -> new ProgressTable(t.name()));
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    pool.run(
        "preparing it",
        c -> {
          execute(c, "SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
          PostgresCatalog catalog = new PostgresCatalog(c);
          if (catalog.table(settings.table()).isEmpty() && settings.create()) {
            execute(
                c,
                TargetTable.create(
                    "TABLE " + settings.table().sql(), source, settings.keyOf(source)));
          }
          PostgresTable target = existing(catalog);
          ProgressTable progress = ProgressTable.beside(target.name());
          // Asked for first: IF NOT EXISTS wants the right to create even where it is there.
          if (catalog.table(progress.name()).isEmpty()) {
            progress.create(c);
          }
          c.commit();
          return null;
        });
  }

  private PostgresTable existing(PostgresCatalog catalog) throws SQLException, TaskException {
    Optional<PostgresTable> found = catalog.table(settings.table());
    if (found.isEmpty()) {
      throw errors.fatal(
          "there is no such table"
              + NearNames.hint(settings.table().toString(), catalog.namesLike(settings.table())));
    }
    return found.get();
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    Target target = target(source, format);
    ProgressTable progress = ProgressTable.beside(target.table().name());
    Connection c = pool.take();
    boolean opened = false;
    try {
      if (!progress.evict(c, claim)) {
        throw new TaskException(
            FailureKind.TRANSIENT,
            "55P03",
            errors.where()
                + ": the session of the former claimant of partition "
                + claim.partition()
                + " was told to end and still lives; tried again later",
            null);
      }
      if (target.staged()) {
        stage(c, target);
      }
      SinkWriter.Progress found = progress.claim(c, claim);
      SinkWriter writer =
          new PostgresWriter(pool, errors, c, progress, target, claim, found, source, format);
      opened = true;
      return writer;
    } catch (SQLException e) {
      throw errors.of("opening partition " + claim.partition(), e);
    } finally {
      if (!opened) {
        pool.give(c);
      }
    }
  }

  // The catalog is read once: a type that changes later fails the binary COPY and is told as such.
  private synchronized Target target(SourceShape source, RowFormat format) throws TaskException {
    if (table == null) {
      table = pool.run("reading its columns", c -> existing(new PostgresCatalog(c)));
    }
    if (!formats(Optional.of(table), source).contains(format)) {
      throw errors.fatal(
          "its columns are not those of format "
              + format.id()
              + " (any more); plan the backfill again");
    }
    return Target.of(table, source, settings);
  }

  private static void stage(Connection c, Target target) throws SQLException {
    boolean there;
    try (Statement s = c.createStatement();
        ResultSet r = s.executeQuery(Target.staging())) {
      there = r.next() && r.getBoolean(1);
    }
    if (!there) {
      execute(c, target.stage());
      execute(c, Target.order());
    }
  }

  private static void execute(Connection c, String sql) throws SQLException {
    try (Statement s = c.createStatement()) {
      s.execute(sql);
    }
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
