package io.tidemark.bench;

import io.tidemark.bench.contender.CommandRun;
import io.tidemark.bench.contender.Ends;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Section;
import java.util.List;

/** What a user waits for before anything happens. */
final class StartupSuite implements Suite {

  private static final String EMPTY = "empty";

  @Override
  public String name() {
    return "startup";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    Database src = env.postgres().src();
    Database dst = env.postgres().dst();
    String create = "CREATE TABLE %s (id bigint PRIMARY KEY, note text)".formatted(EMPTY);
    src.execute("DROP TABLE IF EXISTS " + EMPTY, create);
    Target target = new Target(dst, EMPTY, create, src, "SELECT * FROM " + EMPTY);
    String spec =
        CopySuite.spec("startup", TidemarkRun.jdbc(src, EMPTY), TidemarkRun.jdbc(dst, EMPTY));
    return List.of(
        new Section(
            "startup: through the launcher, from a checkout that is built",
            List.of("The empty run is a whole one: broker, plan, worker, ledger, end."),
            "",
            "",
            env.rounds(
                List.of(
                    new CommandRun(
                        "tidemark --help",
                        () -> new ProcessBuilder(env.tidemark().toString(), "--help"),
                        Ends.NONE,
                        env.folder("help"),
                        env.settings().limit()),
                    new TidemarkRun(
                        "tidemark run, an empty table",
                        env.tidemark(),
                        spec,
                        List.of(),
                        "",
                        Ends.of(target),
                        env.folder("tidemark"),
                        env.settings().limit())))));
  }
}
