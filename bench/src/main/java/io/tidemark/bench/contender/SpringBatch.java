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

/** A partitioned step of Spring Batch, in a process of its own. */
public final class SpringBatch implements Contender {

  private final List<String> java;
  private final Database source;
  private final String table;
  private final Target target;
  private final String reader;
  private final int chunk;
  private final int threads;
  private final String select;
  private final String insert;
  private final Path folder;
  private final Duration limit;

  /**
   * @param java the beginning of a command line of Java, as far as the class path
   * @param reader cursor or paging
   * @param chunk rows per chunk, fetch and page
   * @param threads partitions at the same time
   * @param select columns that are read, the key first
   * @param insert columns that they are written to, in the same order
   * @param folder for what it says
   */
  public SpringBatch(
      List<String> java,
      Database source,
      String table,
      Target target,
      String reader,
      int chunk,
      int threads,
      String select,
      String insert,
      Path folder,
      Duration limit) {
    this.java = List.copyOf(java);
    this.source = source;
    this.table = table;
    this.target = target;
    this.reader = reader;
    this.chunk = chunk;
    this.threads = threads;
    this.select = select;
    this.insert = insert;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return "Spring Batch, %s, chunk %d, %d threads".formatted(reader, chunk, threads);
  }

  @Override
  public void prepare() throws Exception {
    target.database().execute("DROP SCHEMA IF EXISTS batch CASCADE", "CREATE SCHEMA batch");
    target.empty();
  }

  @Override
  public Outcome run() throws Exception {
    List<String> command = new ArrayList<>(java);
    command.addAll(
        List.of(
            "io.tidemark.bench.spring.SpringCopy",
            source.url(),
            target.database().url(),
            table,
            select,
            insert,
            reader,
            Integer.toString(chunk),
            Integer.toString(threads)));
    Processes.Finished done =
        Processes.run(new ProcessBuilder(command), folder.resolve("logs"), limit);
    return done.outcome(target.rows());
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
  }
}
