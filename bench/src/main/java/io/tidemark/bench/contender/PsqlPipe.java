package io.tidemark.bench.contender;

import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * {@code psql … COPY TO STDOUT | psql … COPY FROM STDIN}, as many at a time as there are streams.
 */
public final class PsqlPipe implements Contender {

  private final Optional<Path> psql;
  private final Database source;
  private final String table;
  private final Target target;
  private final String select;
  private final String format;
  private final int streams;
  private final Path logs;
  private final Duration limit;
  private List<String> queries = List.of();

  /**
   * Copies a table to one of the same name.
   *
   * @param psql where it is installed, if it is
   * @param select columns that are read, * for all
   * @param format binary or text
   * @param streams pipes at the same time, each with its range of the key
   */
  public PsqlPipe(
      Optional<Path> psql,
      Database source,
      String table,
      Target target,
      String select,
      String format,
      int streams,
      Path logs,
      Duration limit) {
    this.psql = psql;
    this.source = source;
    this.table = table;
    this.target = target;
    this.select = select;
    this.format = format;
    this.streams = streams;
    this.logs = logs;
    this.limit = limit;
  }

  /** The name of the pipe of so many streams. */
  public static String name(String format, int streams) {
    return "pipe, " + format + ", " + streams + (streams == 1 ? " stream" : " streams");
  }

  @Override
  public String name() {
    return name(format, streams);
  }

  @Override
  public Optional<String> missing() {
    return psql.isEmpty() ? Optional.of("psql is not installed") : Optional.empty();
  }

  @Override
  public void prepare() throws Exception {
    target.empty();
    if (streams == 1) {
      queries = List.of(select.equals("*") ? table : "(SELECT " + select + " FROM " + table + ")");
      return;
    }
    long least = source.number("SELECT min(id) FROM " + table);
    long span = source.number("SELECT max(id) FROM " + table) - least + 1;
    queries = new ArrayList<>();
    for (int i = 0; i < streams; i++) {
      queries.add(
          "(SELECT %s FROM %s WHERE id >= %d AND id < %d)"
              .formatted(
                  select, table, least + span * i / streams, least + span * (i + 1) / streams));
    }
  }

  @Override
  public Outcome run() throws Exception {
    List<List<ProcessBuilder>> pipes = new ArrayList<>();
    for (String query : queries) {
      pipes.add(
          List.of(
              psql(
                  psql.orElseThrow(),
                  source,
                  "COPY " + query + " TO STDOUT (FORMAT " + format + ")"),
              psql(
                  psql.orElseThrow(),
                  target.database(),
                  "COPY " + table + " FROM STDIN (FORMAT " + format + ")")));
    }
    Processes.Finished done = Processes.run(pipes, logs, limit);
    return done.outcome(target.rows());
  }

  /** A psql that runs one command. */
  public static ProcessBuilder psql(Path psql, Database database, String command) {
    return new ProcessBuilder(
        psql.toString(), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", database.uri(), "-c", command);
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
  }
}
