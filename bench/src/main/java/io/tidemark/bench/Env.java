package io.tidemark.bench;

import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Postgres;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Entry;
import io.tidemark.bench.run.RoundRobin;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** What suites share: where things are, how much to do, and the server, started on first use. */
final class Env implements AutoCloseable {

  private final Path home;
  private final Path work;
  private final Settings settings;
  private final PrintStream log;
  private Postgres postgres;
  private int folders;

  /**
   * How much to do.
   *
   * @param scale TPC-H scale factor
   * @param rounds runs of each contender
   * @param limit of one run
   * @param partitions sizes of the control plane's backfills, counts
   */
  record Settings(double scale, int rounds, Duration limit, List<Long> partitions) {}

  /**
   * @param home the checkout
   * @param work an empty folder that others may enter
   */
  Env(Path home, Path work, Settings settings, PrintStream log) {
    this.home = home;
    this.work = work;
    this.settings = settings;
    this.log = log;
  }

  /** The launcher. */
  Path tidemark() {
    return home.resolve("tidemark");
  }

  Settings settings() {
    return settings;
  }

  PrintStream log() {
    return log;
  }

  /** A new folder for one contender. */
  Path folder(String name) {
    try {
      return Files.createDirectories(work.resolve(name + "-" + ++folders));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Postgres postgres() throws IOException, InterruptedException, SQLException {
    if (postgres == null) {
      postgres = Postgres.start(work, settings.scale(), log);
    }
    return postgres;
  }

  /** A program of PostgreSQL's client tools or beside them, if it is installed. */
  Optional<Path> program(String name) {
    return Arrays.stream(System.getenv("PATH").split(":", -1))
        .map(p -> Path.of(p).resolve(name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** The beginning of a command: this JVM's java on this class path, and a main class to come. */
  List<String> java(String... options) {
    return Stream.of(
            List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()),
            List.of(options),
            List.of("-cp", System.getProperty("java.class.path")))
        .flatMap(List::stream)
        .toList();
  }

  List<Entry> rounds(List<? extends Contender> contenders) throws InterruptedException {
    return RoundRobin.run(contenders, settings.rounds(), log);
  }

  /** Number of rows of a source table, and its least and largest key. */
  static long[] bounds(Database database, String table) throws SQLException {
    String text =
        database.text("SELECT count(*) || ' ' || min(id) || ' ' || max(id) FROM " + table);
    return Arrays.stream(text.split(" ", -1)).mapToLong(Long::parseLong).toArray();
  }

  @Override
  public void close() throws IOException {
    if (postgres != null) {
      postgres.close();
    }
  }
}
