package io.tidemark.bench;

import io.tidemark.bench.contender.Ends;
import io.tidemark.bench.contender.InsertSelect;
import io.tidemark.bench.contender.Pgcopydb;
import io.tidemark.bench.contender.PsqlPipe;
import io.tidemark.bench.contender.SpringBatch;
import io.tidemark.bench.contender.StandingFleet;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Postgres;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A plain copy of lineitem from one database to another, against everything else that does it. */
final class CopySuite implements Suite {

  /** What others are compared with. */
  static final String BASELINE = PsqlPipe.name("binary", 1);

  // The best: with 1,000 it took 54 and 55 s where this took 41 s.
  private static final int SPRING_CHUNK = 5_000;

  private static final int[] STREAMS = {1, 2, 4};
  private static final String ELSEWHERE = "target." + Lineitem.TABLE;

  @Override
  public String name() {
    return "copy";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    Postgres postgres = env.postgres();
    long rows = postgres.lineitem();
    Database src = postgres.src();
    Database dst = postgres.dst();
    Duration limit = env.settings().limit();
    src.execute("CREATE SCHEMA IF NOT EXISTS target");
    Target target = lineitem(postgres);
    Target inside =
        new Target(
            src, ELSEWHERE, Lineitem.create(ELSEWHERE), src, "SELECT * FROM " + Lineitem.TABLE);
    List<Contender> contenders = new ArrayList<>();
    for (String format : List.of("binary", "text")) {
      for (int streams : STREAMS) {
        contenders.add(pipe(env, target, Lineitem.TABLE, "*", format, streams));
      }
    }
    contenders.add(new InsertSelect(src, Lineitem.TABLE, ELSEWHERE, inside));
    contenders.add(
        new Pgcopydb(
            env.program("pgcopydb"), src, Lineitem.TABLE, target, env.folder("pgcopydb"), limit));
    for (String reader : List.of("cursor", "paging")) {
      contenders.add(
          new SpringBatch(
              env.java("-XX:+UseParallelGC"),
              src,
              Lineitem.TABLE,
              target,
              reader,
              SPRING_CHUNK,
              2,
              columns(src),
              columns(src),
              env.folder("spring"),
              limit));
    }
    String spec =
        spec("copy", TidemarkRun.jdbc(src, Lineitem.TABLE), TidemarkRun.jdbc(dst, Lineitem.TABLE));
    for (int lanes : STREAMS) {
      contenders.add(
          new TidemarkRun(
              "Tidemark, lanes " + lanes,
              env.tidemark(),
              spec,
              List.of("--lanes", Integer.toString(lanes)),
              "",
              Ends.of(target),
              env.folder("tidemark"),
              limit));
    }
    String warmUp =
        spec(
            "warm-up",
            TidemarkRun.jdbc(src, Lineitem.TABLE, "id <= " + rows / 6),
            TidemarkRun.jdbc(dst, Lineitem.TABLE));
    for (int lanes : STREAMS) {
      contenders.add(
          new StandingFleet(
              "Tidemark, a fleet that stands, lanes " + lanes,
              env.tidemark(),
              warmUp,
              spec,
              lanes,
              target,
              env.folder("standing"),
              limit));
    }
    return List.of(
        new Section(
            "copy: lineitem, %,d rows, primary key on the target".formatted(rows),
            List.of(
                "Seconds and rows/s are end to end: from before the client processes start until the"
                    + " last has ended, JVM, broker and planning included.",
                "A fleet that stands is a broker, a reconciler and a worker of their own that have"
                    + " copied a sixth of the table before; its time runs from before `tidemark plan`"
                    + " starts until the last chunk's commit. RSS is the worker's.",
                "Rows/s from the first claim are Tidemark's only: to the ledger's COMPLETED as"
                    + " `tidemark run --output json` tells it, of the fleet to the last commit.",
                "INSERT … SELECT has no client and crosses no wire; pgcopydb makes the table and its"
                    + " index itself, the index after the rows.",
                "Spring Batch runs with 8 partitions on 2 threads, reWriteBatchedInserts=true, its"
                    + " job repository in the target's server."),
            "rows",
            BASELINE,
            env.rounds(contenders)));
  }

  /** The target of plain copies of lineitem. */
  static Target lineitem(Postgres postgres) {
    return new Target(
        postgres.dst(),
        Lineitem.TABLE,
        Lineitem.create(Lineitem.TABLE),
        postgres.src(),
        "SELECT * FROM " + Lineitem.TABLE);
  }

  /** A pipe from src to the target. */
  static PsqlPipe pipe(
      Env env, Target target, String table, String select, String format, int streams)
      throws Exception {
    return new PsqlPipe(
        env.program("psql"),
        env.postgres().src(),
        table,
        target,
        select,
        format,
        streams,
        env.folder("pipe"),
        env.settings().limit());
  }

  /** A spec of a source and a sink. */
  static String spec(String name, String source, String sink) {
    return "apiVersion: tidemark/v1\nname: %s\nsource: %s\nsink: %s\n"
        .formatted(name, source, sink);
  }

  /** Lineitem's columns, separated by commas. */
  static String columns(Database database) throws Exception {
    return database.text(
        "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute"
            + " WHERE attrelid = 'public.lineitem'::regclass AND attnum > 0");
  }
}
