package io.tidemark.bench.contender;

import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * {@code pgcopydb clone} of one table: creates it, copies it in two parts, then makes its index.
 */
public final class Pgcopydb implements Contender {

  private final Optional<Path> program;
  private final Database source;
  private final String table;
  private final Target target;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param program where it is installed, if it is
   * @param folder for what it keeps
   */
  public Pgcopydb(
      Optional<Path> program,
      Database source,
      String table,
      Target target,
      Path folder,
      Duration limit) {
    this.program = program;
    this.source = source;
    this.table = table;
    this.target = target;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return "pgcopydb clone, 2 jobs, index afterwards";
  }

  @Override
  public Optional<String> missing() {
    return program.isEmpty() ? Optional.of("pgcopydb is not installed") : Optional.empty();
  }

  @Override
  public void prepare() throws Exception {
    target.drop();
    // It copies all schemas and fails where one is there already.
    target.database().execute("DROP SCHEMA IF EXISTS target CASCADE");
    Files.writeString(folder.resolve("filter"), "[include-only-table]\npublic." + table + "\n");
    runs++;
  }

  @Override
  public Outcome run() throws Exception {
    // Parts of at most two thirds of the table: one for each of the two jobs.
    long part = source.number("SELECT pg_table_size('" + table + "') * 2 / 3");
    ProcessBuilder clone =
        // In a session of its own: where it fails it ends all of its process group.
        new ProcessBuilder(
            "setsid",
            "--wait",
            program.orElseThrow().toString(),
            "clone",
            "--source",
            source.uri(),
            "--target",
            target.database().uri(),
            "--dir",
            folder.resolve("dir-" + runs).toString(),
            "--filters",
            folder.resolve("filter").toString(),
            "--table-jobs",
            "2",
            "--index-jobs",
            "2",
            "--split-tables-larger-than",
            Long.toString(part));
    Processes.Finished done = Processes.run(clone, folder.resolve("logs"), limit);
    return done.outcome(target.rows());
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
    String keys =
        "SELECT count(*) FROM pg_constraint WHERE contype = 'p' AND conrelid = '%s'::regclass"
            .formatted(table);
    if (target.database().number(keys) != 1) {
      throw new IllegalStateException(table + " has no primary key");
    }
  }
}
