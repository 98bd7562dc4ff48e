package io.tidemark.bench;

import io.tidemark.bench.run.Entry;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Section;
import java.util.ArrayList;
import java.util.List;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What a row, a record, an event costs in the code that sees every one of them. */
final class JmhSuite implements Suite {

  @Override
  public String name() {
    return "jmh";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    List<Entry> entries = new ArrayList<>();
    for (RunResult result :
        new Runner(
                new OptionsBuilder()
                    .include("io\\.tidemark\\..*Benchmark")
                    .forks(Math.max(1, env.settings().rounds() - 1))
                    .warmupIterations(3)
                    .warmupTime(TimeValue.seconds(1))
                    .measurementIterations(5)
                    .measurementTime(TimeValue.seconds(1))
                    .output(env.folder("jmh").resolve("jmh.log").toString())
                    .build())
            .run()) {
      List<Outcome> runs = new ArrayList<>();
      for (BenchmarkResult fork : result.getBenchmarkResults()) {
        for (IterationResult iteration : fork.getIterationResults()) {
          double nanos = iteration.getPrimaryResult().getScore();
          runs.add(new Outcome(nanos / 1e9, 1, 0).with("ns", nanos));
        }
      }
      String name = result.getParams().getBenchmark().replaceAll(".*\\.(\\w+)Benchmark\\.", "$1: ");
      entries.add(new Entry(name, runs));
    }
    return List.of(
        new Section(
            "jmh: average time of one operation, one thread",
            List.of("A run is an iteration of one second, after three to warm up, in each fork."),
            "operations",
            "",
            entries));
  }
}
