package io.tidemark.bench;

import io.tidemark.bench.contender.Ends;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Entry;
import io.tidemark.bench.run.Section;
import java.util.ArrayList;
import java.util.List;

/** Copies in a small heap: of ordinary rows, and of rows of a mebibyte each. */
final class MemorySuite implements Suite {

  private static final String WIDE = "wide";
  private static final long WIDE_ROWS = 512;
  private static final String[] HEAPS = {"", "-Xmx256m"};

  @Override
  public String name() {
    return "memory";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    Database src = env.postgres().src();
    long rows = env.postgres().lineitem();
    long wide = Math.max(64, Math.round(WIDE_ROWS * env.settings().scale()));
    String create =
        "CREATE TABLE %s (id bigint PRIMARY KEY, payload text NOT NULL)".formatted(WIDE);
    // EXTERNAL: stored and sent as it is, uncompressed.
    String external = "ALTER TABLE %s ALTER payload SET STORAGE EXTERNAL".formatted(WIDE);
    src.execute(
        "DROP TABLE IF EXISTS " + WIDE,
        create,
        external,
        "INSERT INTO %s SELECT i, repeat(md5(i::text), 32768) FROM generate_series(1, %d) i"
            .formatted(WIDE, wide),
        "VACUUM (FREEZE, ANALYZE) " + WIDE,
        "CHECKPOINT");
    Target target =
        new Target(
            env.postgres().dst(), WIDE, create + "; " + external, src, "SELECT * FROM " + WIDE);
    return List.of(
        new Section(
            "memory: lineitem, %,d rows".formatted(rows),
            List.of("Broker, planner, worker with 2 lanes and reconciler in one JVM."),
            "rows",
            CopySuite.BASELINE,
            contend(env, Lineitem.TABLE, CopySuite.lineitem(env.postgres()))),
        new Section(
            "memory: %,d rows of 1 MiB".formatted(wide),
            List.of(),
            "rows",
            CopySuite.BASELINE,
            contend(env, WIDE, target)));
  }

  private static List<Entry> contend(Env env, String table, Target target) throws Exception {
    List<Contender> contenders = new ArrayList<>();
    contenders.add(CopySuite.pipe(env, target, table, "*", "binary", 1));
    String spec =
        CopySuite.spec(
            "memory",
            TidemarkRun.jdbc(env.postgres().src(), table),
            TidemarkRun.jdbc(target.database(), table));
    for (String heap : HEAPS) {
      contenders.add(
          new TidemarkRun(
              "Tidemark, " + (heap.isEmpty() ? "the JVM's own heap limit" : heap),
              env.tidemark(),
              spec,
              List.of("--lanes", "2"),
              heap,
              Ends.of(target),
              env.folder("tidemark"),
              env.settings().limit()));
    }
    return env.rounds(contenders);
  }
}
