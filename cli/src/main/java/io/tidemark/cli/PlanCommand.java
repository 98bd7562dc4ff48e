package io.tidemark.cli;

import io.tidemark.planner.app.Planner;
import io.tidemark.planner.flow.DryRun;
import io.tidemark.planner.flow.PlanOutcome;
import io.tidemark.planner.status.PlanMetrics;
import io.tidemark.schemas.spec.Spec;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark plan}: cuts the source and publishes the partitions. */
@Command(
    name = "plan",
    mixinStandardHelpOptions = true,
    description =
        "Cut the source into partitions and publish them; workers may start at once. Planning the"
            + " same spec again publishes nothing twice; a plan that was cut short is completed.",
    footer = {
      "",
      "Examples:",
      "  tidemark plan orders.yaml --dry-run",
      "  tidemark plan orders.yaml --bootstrap-server kafka:9092 --output json"
    })
final class PlanCommand implements Callable<Integer> {

  @Parameters(paramLabel = "SPEC", description = "The backfill, a YAML file.")
  private Path spec;

  @Option(
      names = "--dry-run",
      description = "Show what the plan would be. Touches nothing and needs no Kafka.")
  private boolean dryRun;

  @Option(
      names = "--queues",
      defaultValue = "64",
      paramLabel = "N",
      description =
          "Kafka partitions of the work topic, if it is made now. Default: ${DEFAULT-VALUE}.")
  private int queues;

  @Option(
      names = "--metrics-file",
      paramLabel = "FILE",
      description =
          "Once planned, write metrics there for Prometheus, such as node_exporter's textfile"
              + " collector reads them; the name must end in .prom.")
  private Path metricsFile;

  @Mixin private KafkaOptions kafka;
  @Mixin private OutputOption output;

  @Override
  public Integer call() throws Exception {
    if (queues < 1) {
      throw new CliException(ExitCode.USAGE, "--queues must be at least 1");
    }
    if (metricsFile != null && !metricsFile.toString().endsWith(".prom")) {
      throw new CliException(
          ExitCode.USAGE, "--metrics-file must end in .prom, or the collector passes it over");
    }
    long began = System.nanoTime();
    Spec parsed = SpecFile.read(spec);
    if (dryRun) {
      return show(Planner.dryRun(parsed, queues));
    }
    PlanOutcome done = Planner.plan(parsed, kafka.clients(), kafka.topics(), queues);
    if (metricsFile != null) {
      writeMetrics(done, Duration.ofNanos(System.nanoTime() - began));
    }
    String backfill = done.plan().getBackfillId();
    if (output.json()) {
      Map<String, Object> out =
          totals(backfill, done.plan().getPartitions(), done.plan().getRowsEstimated());
      out.put("published", done.published());
      OutputOption.print(out);
    } else {
      System.out.printf(
          Locale.ROOT,
          "%s: %,d partitions, about %,d rows; %s%n",
          backfill,
          done.plan().getPartitions(),
          done.plan().getRowsEstimated(),
          done.published() == 0 && done.plan().getPartitions() > 0
              ? "was planned before, nothing published"
              : String.format(Locale.ROOT, "%,d published, sealed", done.published()));
    }
    return ExitCode.DONE;
  }

  private void writeMetrics(PlanOutcome done, Duration took) throws CliException {
    try {
      PlanMetrics.write(metricsFile, PlanMetrics.text(done, took, Instant.now().toEpochMilli()));
    } catch (IOException e) {
      throw new CliException(
          ExitCode.USAGE,
          "the plan is published, but its metrics cannot be written to %s (%s: %s); give --metrics-file a file in a folder that can be written"
              .formatted(metricsFile, e.getClass().getSimpleName(), e.getMessage()));
    }
  }

  private int show(DryRun run) {
    if (output.json()) {
      Map<String, Object> out = totals(run.backfill(), run.partitions(), run.rowsEstimated());
      out.put("source_key", run.sourceKey());
      out.put("heaviest", run.heaviest());
      out.put("imbalance", run.imbalance());
      out.put("queue_imbalance", run.queueImbalance());
      out.put("seconds", run.took().toNanos() / 1e9);
      out.put("path", run.raw() ? "raw" : "records");
      out.put("format", run.format().id());
      out.put("obstacles", run.obstacles());
      out.put("explain", run.explain());
      OutputOption.print(out);
      return ExitCode.DONE;
    }
    System.out.printf(
        Locale.ROOT,
        "%s (dry run: nothing was touched)%n%,d partitions, about %,d rows, cut in %.2f s; the"
            + " heaviest %,d, %.2f times the mean; queue imbalance %.2f%nrows travel %s (%s)%nsource key %s: limits of the source go by it%n",
        run.backfill(),
        run.partitions(),
        run.rowsEstimated(),
        run.took().toNanos() / 1e9,
        run.heaviest(),
        run.imbalance(),
        run.queueImbalance(),
        run.raw() ? "raw, undecoded" : "as records",
        run.format().id(),
        Terminal.plain(run.sourceKey()));
    run.obstacles().forEach(line -> System.out.println("  not better, as " + line));
    run.explain().forEach(line -> System.out.println("  " + line));
    run.sample().forEach(line -> System.out.println("  " + line));
    if (run.partitions() > run.sample().size()) {
      System.out.println("  …");
    }
    return ExitCode.DONE;
  }

  private static Map<String, Object> totals(String backfill, long partitions, long rows) {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("backfill", backfill);
    out.put("partitions", partitions);
    out.put("rows_estimated", rows);
    return out;
  }
}
