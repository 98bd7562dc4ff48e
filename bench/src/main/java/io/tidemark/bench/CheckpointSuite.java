package io.tidemark.bench;

import io.tidemark.bench.contender.Fleet;
import io.tidemark.bench.contender.TidemarkRun;
import io.tidemark.bench.data.Lineitem;
import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Section;
import java.time.Duration;
import java.util.List;

/** What being able to tell where everything is costs the copy. */
final class CheckpointSuite implements Suite {

  private static final String BASELINE = "checkpoints every 60 s";

  @Override
  public String name() {
    return "checkpoint";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    long rows = env.postgres().lineitem();
    Target target = CopySuite.lineitem(env.postgres());
    String spec =
        CopySuite.spec(
                "checkpoint",
                TidemarkRun.jdbc(env.postgres().src(), Lineitem.TABLE),
                TidemarkRun.jdbc(target.database(), Lineitem.TABLE))
            // Few: the end of a partition is reported at once, whatever the interval.
            + "partition: {key: {count: 4}}\n";
    return List.of(
        new Section(
            "checkpoint: lineitem, %,d rows in 4 partitions, 2 lanes".formatted(rows),
            List.of(
                "Broker, reconciler and worker are processes of their own. Seconds are those from the"
                    + " first claim to the last chunk's commit by the target's clock; RSS is the worker's.",
                "Where the reconciler is killed, it is as soon as the first partition has been claimed;"
                    + " what it has done by then (start-up, admission) is before the clock starts."),
            "rows",
            BASELINE,
            env.rounds(
                List.of(
                    fleet(env, BASELINE, spec, 60, true, target),
                    fleet(env, "checkpoints every second", spec, 1, true, target),
                    fleet(
                        env,
                        "every second, reconciler killed at the first claim",
                        spec,
                        1,
                        false,
                        target)))));
  }

  private static Fleet fleet(
      Env env, String name, String spec, int seconds, boolean reconciled, Target target) {
    return new Fleet(
        name,
        env.tidemark(),
        spec,
        Duration.ofSeconds(seconds),
        reconciled,
        target,
        env.folder("fleet"),
        env.settings().limit());
  }
}
