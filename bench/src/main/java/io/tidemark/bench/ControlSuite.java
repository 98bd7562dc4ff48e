package io.tidemark.bench;

import io.tidemark.bench.control.LoopTasks;
import io.tidemark.bench.control.TidemarkTasks;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Section;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The control plane alone: as many partitions as one likes, of one row each, into nothing. */
final class ControlSuite implements Suite {

  private static final String BASELINE = "a consumer and a transactional producer, one thread";

  @Override
  public String name() {
    return "control";
  }

  private static final long MOST_PARALLEL = 100_000;

  @Override
  public List<Section> run(Env env) throws Exception {
    List<Section> sections = new ArrayList<>();
    for (long n : env.settings().partitions()) {
      sections.add(
          new Section(
              "control: %,d partitions of one row".formatted(n),
              List.of(
                  "Seconds are those from the plan's beginning to COMPLETED in the ledger, or from the"
                      + " first task's record to the last outcome's commit; the broker is in the same JVM.",
                  "That favours Tidemark: its worker has joined its group before the plan begins, while the"
                      + " loops join theirs within their time; it matters at 10,000, hardly at 1,000,000.",
                  "The loops keep no ledger and claim nothing: they publish a task, take it, and publish"
                      + " its outcome with the offset in one transaction (500 records at most, or 1 s).",
                  "All with ParallelGC and the same -Xmx, 512m up to 100,000 partitions and 1g beyond."
                      + " Peak heap is what was in use when a collection began, garbage included.",
                  "The parallel consumer is left out beyond 100,000 partitions, as it takes minutes."),
              "partitions",
              BASELINE,
              env.rounds(contenders(env, n))));
    }
    return sections;
  }

  private static List<Contender> contenders(Env env, long partitions) throws Exception {
    Duration limit = env.settings().limit();
    String java = env.java().get(0);
    List<Contender> contenders = new ArrayList<>();
    contenders.add(new LoopTasks(BASELINE, "plain", partitions, java, env.folder("plain"), limit));
    if (partitions <= MOST_PARALLEL) {
      String name = "Confluent parallel-consumer, 16 at a time";
      contenders.add(
          new LoopTasks(name, "parallel", partitions, java, env.folder("parallel"), limit));
    }
    contenders.add(new TidemarkTasks(partitions, env.folder("tidemark"), limit));
    return contenders;
  }
}
