package io.tidemark.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.data.Events;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Postgres;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import io.tidemark.bench.run.Section;
import io.tidemark.connectors.api.Connector;
import io.tidemark.connectors.api.Source;
import io.tidemark.core.lifecycle.Slice;
import io.tidemark.schemas.avro.KeyRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** {@code tidemark plan --dry-run} into 1,024 partitions, and how even these really are. */
final class PlanSuite implements Suite {

  private static final int PARTITIONS = 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public String name() {
    return "plan";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    Postgres postgres = env.postgres();
    List<Contender> contenders =
        List.of(
            new DryRun(env, Lineitem.TABLE, postgres.lineitem()),
            new DryRun(env, Events.TABLE, postgres.events()));
    return List.of(
        new Section(
            "plan: a dry run into %,d partitions".formatted(PARTITIONS),
            List.of(
                "End to end, JVM included. Rows per partition are counted in the table between the"
                    + " boundaries that the splitter gives; they are no estimates."),
            "",
            "",
            env.rounds(contenders)));
  }

  private static final class DryRun implements Contender {

    private final Env env;
    private final Database source;
    private final Database target;
    private final String table;
    private final long rows;
    private final Path folder;
    private double skew;

    DryRun(Env env, String table, long rows) throws Exception {
      this.env = env;
      this.source = env.postgres().src();
      this.target = env.postgres().dst();
      this.table = table;
      this.rows = rows;
      this.folder = env.folder("plan");
    }

    @Override
    public String name() {
      return "%s, %,d rows".formatted(table, rows);
    }

    @Override
    public void prepare() throws Exception {
      target.execute("DROP TABLE IF EXISTS tidemark_progress", "DROP TABLE IF EXISTS " + table);
      source.execute("CHECKPOINT");
      if (skew == 0) {
        skew = skew();
      }
    }

    @Override
    public Outcome run() throws Exception {
      String spec =
          CopySuite.spec("plan", TidemarkRun.jdbc(source, table), TidemarkRun.jdbc(target, table))
              + "partition: {key: {count: %d}}\n".formatted(PARTITIONS);
      Path file = Files.writeString(folder.resolve("spec.yaml"), spec);
      ProcessBuilder plan =
          new ProcessBuilder(
              env.tidemark().toString(), "plan", file.toString(), "--dry-run", "--output", "json");
      plan.environment().put("BENCH_PASSWORD", Database.USER);
      Processes.Finished done = Processes.run(plan, folder.resolve("logs"), env.settings().limit());
      JsonNode said = JSON.readTree(done.out());
      return done.outcome(0)
          .with("partitions", said.path("partitions").asDouble())
          .with("actual rows, max/mean", skew)
          .with("of that, cutting, s", said.path("seconds").asDouble())
          .with("estimated rows, max/mean", said.path("imbalance").asDouble())
          .with("queue imbalance", said.path("queue_imbalance").asDouble());
    }

    @Override
    public void check(Outcome outcome) {
      if (outcome.extra().get("partitions") < PARTITIONS / 2) {
        throw new IllegalStateException(
            "only " + outcome.extra().get("partitions") + " partitions");
      }
    }

    /** Rows of the fullest partition over the mean, counted. */
    private double skew() throws Exception {
      ObjectNode config =
          JSON.createObjectNode()
              .put("url", source.url())
              .put("user", Database.USER)
              .put("password", Database.USER)
              .put("table", "public." + table);
      ObjectNode cut = JSON.createObjectNode();
      cut.putObject("key").put("count", PARTITIONS);
      List<String> uppers = new ArrayList<>();
      try (Source planned = Connector.named("jdbc").source(config, cut)) {
        planned.split(
            Optional.empty(),
            p -> {
              KeyRange range = ((Slice.Keys) p.slice()).range();
              uppers.add(range.getUpper().get(0));
            });
      }
      // A partition holds lower < id <= upper, a bucket lower <= x < upper.
      String counts =
          "SELECT max(n) FROM (SELECT count(*) n FROM %s GROUP BY width_bucket(id - 1, '{%s}'::bigint[])) b"
              .formatted(table, String.join(",", uppers));
      return source.number(counts) * (double) uppers.size() / rows;
    }
  }
}
