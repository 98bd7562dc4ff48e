package io.tidemark.reconciler.app;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.DoubleBinaryOperator;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.streams.KafkaStreams;

/**
 * The few figures of Kafka Streams that tell whether the reconciler keeps up, summed over threads
 * and Kafka partitions: all it has are thousands, one set for each task and store.
 */
final class StreamsMetrics {

  private static final String THREADS = "stream-thread-metrics";
  private static final String FETCH = "consumer-fetch-manager-metrics";

  private StreamsMetrics() {}

  static void bind(KafkaStreams streams, MeterRegistry registry) {
    gauge(
        registry,
        streams,
        "tidemark_reconciler_records_per_second",
        THREADS,
        "process-rate",
        Double::sum,
        "Records processed per second.");
    gauge(
        registry,
        streams,
        "tidemark_reconciler_commit_seconds",
        THREADS,
        "commit-latency-avg",
        (a, b) -> Math.max(a, b / 1000),
        "Mean duration of a commit, seconds; slowest thread.");
    gauge(
        registry,
        streams,
        "tidemark_reconciler_lag_records",
        FETCH,
        "records-lag-max",
        Math::max,
        "Records that the furthest input partition is behind.");
    gauge(
        registry,
        streams,
        "tidemark_reconciler_failed_threads",
        "stream-metrics",
        "failed-stream-threads",
        Double::sum,
        "Stream threads that died since the start.");
    Gauge.builder(
            "tidemark_reconciler_running",
            streams,
            s -> s.state() == KafkaStreams.State.RUNNING ? 1 : 0)
        .description("1 while events are processed.")
        .strongReference(true)
        .register(registry);
  }

  private static void gauge(
      MeterRegistry registry,
      KafkaStreams streams,
      String name,
      String group,
      String metric,
      DoubleBinaryOperator fold,
      String description) {
    Gauge.builder(name, streams, s -> folded(s, group, metric, fold))
        .description(description)
        .strongReference(true)
        .register(registry);
  }

  private static double folded(
      KafkaStreams streams, String group, String metric, DoubleBinaryOperator fold) {
    double folded = 0;
    for (Metric m : streams.metrics().values()) {
      MetricName n = m.metricName();
      if (n.name().equals(metric)
          && n.group().equals(group)
          && m.metricValue() instanceof Number value
          && !Double.isNaN(value.doubleValue())) {
        folded = fold.applyAsDouble(folded, value.doubleValue());
      }
    }
    return folded;
  }
}
