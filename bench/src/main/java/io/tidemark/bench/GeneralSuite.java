package io.tidemark.bench;

import io.tidemark.bench.contender.Ends;
import io.tidemark.bench.contender.SpringBatch;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Postgres;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Section;
import java.util.ArrayList;
import java.util.List;

/** The path of decoded rows: a column gets another name, one another type. */
final class GeneralSuite implements Suite {

  private static final int[] LANES = {1, 2, 4};

  @Override
  public String name() {
    return "general";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    Postgres postgres = env.postgres();
    long rows = postgres.lineitem();
    Database src = postgres.src();
    Database dst = postgres.dst();
    String from = CopySuite.columns(src);
    String select = from.replace("l_quantity", "l_quantity::float8");
    String to = from.replace("l_comment", "note");
    Target target =
        new Target(
            dst,
            Lineitem.TABLE,
            Lineitem.create(Lineitem.TABLE, "l_quantity double precision", "note varchar(44)"),
            src,
            "SELECT " + select + " FROM " + Lineitem.TABLE);
    List<Contender> contenders = new ArrayList<>();
    contenders.add(CopySuite.pipe(env, target, Lineitem.TABLE, select, "binary", 1));
    for (int chunk : new int[] {1000, 5000}) {
      contenders.add(
          new SpringBatch(
              env.java("-XX:+UseParallelGC"),
              src,
              Lineitem.TABLE,
              target,
              "cursor",
              chunk,
              2,
              select,
              to,
              env.folder("spring"),
              env.settings().limit()));
    }
    String spec =
        CopySuite.spec(
                "general",
                TidemarkRun.jdbc(src, Lineitem.TABLE),
                TidemarkRun.jdbc(dst, Lineitem.TABLE))
            + "transform: {rename: {l_comment: note}, cast: {l_quantity: double}}\n";
    for (int lanes : LANES) {
      contenders.add(
          new TidemarkRun(
              "Tidemark, lanes " + lanes,
              env.tidemark(),
              spec,
              List.of("--lanes", Integer.toString(lanes)),
              "",
              Ends.of(target),
              env.folder("tidemark"),
              env.settings().limit()));
    }
    return List.of(
        new Section(
            "general: lineitem, %,d rows, one column renamed, one cast".formatted(rows),
            List.of(
                "l_comment becomes note, l_quantity numeric(12,2) becomes double precision; primary"
                    + " key on the target; end to end as in copy.",
                "Tidemark renames and casts in its own process; the pipe and Spring Batch let the"
                    + " source cast in its SELECT, which is the least work for them."),
            "rows",
            CopySuite.BASELINE,
            env.rounds(contenders)));
  }
}
