package io.tidemark.bench;

import io.tidemark.bench.contender.CommandRun;
import io.tidemark.bench.contender.Ends;
import io.tidemark.bench.contender.PsqlPipe;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Entry;
import io.tidemark.bench.run.Section;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** lineitem out to files and in again. */
final class FilesSuite implements Suite {

  private static final int[] LANES = {1, 2};
  private static final String OUT = "psql, COPY to a CSV file";
  private static final String IN = "psql, COPY from a CSV file";

  @Override
  public String name() {
    return "files";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    long rows = env.postgres().lineitem();
    Path folder = env.folder("files");
    Path csv = folder.resolve("lineitem.csv");
    Path parquet = folder.resolve("parquet");
    List<Entry> out = out(env, rows, csv, parquet);
    List<Entry> in = in(env, csv, parquet);
    return List.of(
        new Section(
            "files: PostgreSQL to files, %,d rows".formatted(rows),
            List.of(
                "End to end as in copy. Tidemark writes Parquet with zstd and a manifest; psql one CSV"
                    + " file. The rows in Tidemark's files are checked by the next table."),
            "rows",
            OUT,
            out),
        new Section(
            "files: files to PostgreSQL, %,d rows, primary key on the target".formatted(rows),
            List.of(
                "The same rows: psql reads them from a CSV file, Tidemark from the Parquet files that it"
                    + " wrote (%,d and %,d bytes).".formatted(bytes(csv), bytes(parquet))),
            "rows",
            IN,
            in));
  }

  private static List<Entry> out(Env env, long rows, Path csv, Path parquet) throws Exception {
    Database src = env.postgres().src();
    Duration limit = env.settings().limit();
    List<Contender> contenders = new ArrayList<>();
    Optional<Path> psql = env.program("psql");
    if (psql.isPresent()) {
      String copy = "\\copy %s to '%s' csv".formatted(Lineitem.TABLE, csv);
      contenders.add(
          new CommandRun(
              OUT,
              () -> PsqlPipe.psql(psql.get(), src, copy),
              files(rows, csv),
              env.folder("psql"),
              limit));
    }
    String spec =
        CopySuite.spec(
            "out",
            TidemarkRun.jdbc(src, Lineitem.TABLE),
            "{file: {path: %s, format: parquet}}".formatted(parquet));
    for (int lanes : LANES) {
      contenders.add(
          new TidemarkRun(
              "Tidemark to Parquet, lanes " + lanes,
              env.tidemark(),
              spec,
              List.of("--lanes", Integer.toString(lanes)),
              "",
              files(rows, parquet),
              env.folder("tidemark"),
              limit));
    }
    return env.rounds(contenders);
  }

  private static List<Entry> in(Env env, Path csv, Path parquet) throws Exception {
    Target target = CopySuite.lineitem(env.postgres());
    Duration limit = env.settings().limit();
    List<Contender> contenders = new ArrayList<>();
    Optional<Path> psql = env.program("psql");
    if (psql.isPresent()) {
      String copy = "\\copy %s from '%s' csv".formatted(Lineitem.TABLE, csv);
      contenders.add(
          new CommandRun(
              IN,
              () -> PsqlPipe.psql(psql.get(), target.database(), copy),
              Ends.of(target),
              env.folder("psql"),
              limit));
    }
    String spec =
        CopySuite.spec(
            "in",
            "{file: {path: \"%s/*.parquet\", format: parquet}}".formatted(parquet),
            TidemarkRun.jdbc(target.database(), Lineitem.TABLE));
    for (int lanes : LANES) {
      contenders.add(
          new TidemarkRun(
              "Tidemark from Parquet, lanes " + lanes,
              env.tidemark(),
              spec,
              List.of("--lanes", Integer.toString(lanes)),
              "",
              Ends.of(target),
              env.folder("tidemark"),
              limit));
    }
    return env.rounds(contenders);
  }

  private static Ends files(long rows, Path path) {
    return new Ends() {
      @Override
      public void prepare() throws IOException {
        for (Path p : below(path)) {
          Files.delete(p);
        }
      }

      @Override
      public long units() {
        return rows;
      }

      @Override
      public void check() throws IOException {
        if (bytes(path) == 0) {
          throw new IllegalStateException("nothing was written to " + path);
        }
      }
    };
  }

  /** The path and all below it, the deepest first. */
  private static List<Path> below(Path path) throws IOException {
    if (!Files.exists(path)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.sorted(Comparator.reverseOrder()).toList();
    }
  }

  private static long bytes(Path path) throws IOException {
    long bytes = 0;
    for (Path p : below(path)) {
      bytes += Files.isRegularFile(p) ? Files.size(p) : 0;
    }
    return bytes;
  }
}
