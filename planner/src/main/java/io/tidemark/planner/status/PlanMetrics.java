package io.tidemark.planner.status;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.tidemark.planner.flow.PlanOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;

/**
 * What a planner has to tell Prometheus. It is too short-lived to be scraped, so it leaves a file
 * for the textfile collector of node_exporter.
 */
public final class PlanMetrics {

  private PlanMetrics() {}

  /**
   * A plan that succeeded, in Prometheus' text format.
   *
   * @param took from the start of the command to the seal
   * @param now milliseconds since the epoch
   */
  public static String text(PlanOutcome done, Duration took, long now) {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    try {
      gauge(registry, "duration", "seconds", "Time that planning took.", took.toNanos() / 1e9);
      gauge(
          registry,
          "partitions",
          "",
          "Partitions of the plan.",
          (double) done.plan().getPartitions());
      gauge(
          registry,
          "published",
          "partitions",
          "Partitions that this run published; 0: the plan was there.",
          (double) done.published());
      gauge(
          registry,
          "estimated",
          "rows",
          "Rows that the source is estimated to have.",
          (double) done.plan().getRowsEstimated());
      done.balance()
          .ifPresent(
              b -> {
                gauge(
                    registry,
                    "imbalance",
                    "ratio",
                    "Estimated rows of the heaviest partition over the mean.",
                    b.partitions());
                gauge(
                    registry,
                    "queue.imbalance",
                    "ratio",
                    "Weight of the fullest queue over the mean of those that can have any.",
                    b.queues());
              });
      gauge(
          registry,
          "last.success.timestamp",
          "seconds",
          "When the plan was sealed or found sealed, since the epoch.",
          now / 1e3);
      return registry.scrape();
    } finally {
      registry.close();
    }
  }

  private static void gauge(
      PrometheusMeterRegistry registry,
      String name,
      String unit,
      String description,
      double value) {
    Gauge.builder("tidemark.plan." + name, () -> value)
        .baseUnit(unit.isEmpty() ? null : unit)
        .description(description)
        .register(registry);
  }

  /**
   * Puts a text in the place of a file, all at once: the collector reads the old one or the new
   * one.
   *
   * @throws IOException if it cannot; the old one is still there then
   */
  public static void write(Path file, String text) throws IOException {
    Path target = file.toAbsolutePath();
    Path part = Files.createTempFile(target.getParent(), target.getFileName() + ".", ".part");
    try {
      Files.writeString(part, text);
      Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(part);
    }
  }
}
