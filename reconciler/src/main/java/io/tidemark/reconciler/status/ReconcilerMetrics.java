package io.tidemark.reconciler.status;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.tidemark.reconciler.flow.MalformedRecords;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.reconciler.flow.Queries;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Metrics for Prometheus: the JVM's basics, and backfills as the progress store has them when
 * asked. Only backfills that are not over have series of their own, so that their number stays
 * small.
 */
public final class ReconcilerMetrics implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ReconcilerMetrics.class);

  /** Media type of {@link #scrape()}. */
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final Supplier<String> text;
  private final Queries queries;
  private final JvmGcMetrics gc = new JvmGcMetrics();
  private final MultiGauge backfills;
  private final MultiGauge partitions;
  private final MultiGauge eta;
  private final Map<MultiGauge, Function<Progress, Number>> ofBackfills;
  private final MultiGauge drift;
  private final MultiGauge heartbeats;

  /**
   * Registers all metrics.
   *
   * @param text what the registry holds, in Prometheus' text format
   */
  public ReconcilerMetrics(
      MeterRegistry registry, Supplier<String> text, Queries queries, MalformedRecords malformed) {
    this.text = text;
    this.queries = queries;
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ClassLoaderMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    gc.bindTo(registry);
    FunctionCounter.builder("tidemark_malformed_records", malformed, MalformedRecords::count)
        .description("Records passed over because they make no sense, since the start.")
        .register(registry);
    backfills = gauge(registry, "tidemark_backfills", "Backfills, by state.");
    partitions =
        gauge(registry, "tidemark_partitions", "Partitions of backfills not yet over, by state.");
    eta =
        gauge(
            registry,
            "tidemark_backfill_eta_seconds",
            "Estimated time left, its lower and its upper end; NaN while unknown.");
    ofBackfills =
        Map.of(
            gauge(registry, "tidemark_backfill_rows", "Rows committed, of backfills not yet over."),
            Progress::getRows,
            gauge(
                registry,
                "tidemark_backfill_rows_estimated",
                "Rows that the plan expects, of backfills not yet over."),
            Progress::getRowsEstimated,
            gauge(
                registry,
                "tidemark_backfill_rows_per_second",
                "Smoothed throughput of backfills not yet over."),
            Progress::getRowsPerS,
            gauge(
                registry,
                "tidemark_backfill_dead_letters",
                "Rows set aside, of backfills not yet over."),
            Progress::getDeadLetters,
            gauge(
                registry,
                "tidemark_backfill_paused_timestamp_seconds",
                "Since when a backfill is paused, Unix time; NaN while it is not."),
            p -> seconds(p.getPausedAt()));
    drift = gauge(registry, "tidemark_drift", "Disagreements found, by domain, in all backfills.");
    heartbeats =
        gauge(
            registry,
            "tidemark_worker_heartbeat_timestamp_seconds",
            "When a domain's workers were last heard of, Unix time; absent if there was none yet.");
  }

  private static MultiGauge gauge(MeterRegistry registry, String name, String description) {
    return MultiGauge.builder(name).description(description).register(registry);
  }

  /**
   * All metrics in Prometheus' text format. Without those of backfills while their state is not
   * here: absent, not zero.
   */
  synchronized String scrape() {
    List<Progress> all = List.of();
    List<WorkerHeartbeat> workers = List.of();
    boolean here = true;
    try {
      all = queries.backfills();
      workers = queries.workers();
    } catch (NotHereException e) {
      LOG.debug("no backfill metrics now: {}", e.getMessage());
      here = false;
    }
    List<Progress> running = all.stream().filter(ReconcilerMetrics::running).toList();
    backfills.register(here ? byState(all) : List.of(), true);
    partitions.register(partitions(running), true);
    eta.register(etas(running), true);
    ofBackfills.forEach((gauge, value) -> gauge.register(each(running, value), true));
    drift.register(drift(all), true);
    heartbeats.register(heartbeats(workers), true);
    return text.get();
  }

  private static boolean running(Progress p) {
    return switch (p.getState()) {
      case WAITING, RUNNING, PAUSED, FINISHING -> true;
      case COMPLETED, FAILED, CANCELLED, UNKNOWN -> false;
    };
  }

  private static List<Row<?>> byState(List<Progress> all) {
    List<Row<?>> rows = new ArrayList<>();
    Arrays.stream(BackfillState.values())
        .filter(s -> s != BackfillState.UNKNOWN)
        .forEach(
            s ->
                rows.add(
                    Row.of(
                        Tags.of("state", s.name()),
                        all.stream().filter(p -> p.getState() == s).count())));
    return rows;
  }

  private static List<Row<?>> partitions(List<Progress> running) {
    List<Row<?>> rows = new ArrayList<>();
    for (Progress p : running) {
      rows.add(state(p, "PENDING", p.getPending()));
      rows.add(state(p, "RUNNING", p.getRunning()));
      rows.add(state(p, "RETRYING", p.getRetrying()));
      rows.add(state(p, "COMPLETED", p.getCompleted()));
      rows.add(state(p, "FAILED", p.getFailed()));
      rows.add(state(p, "CANCELLED", p.getCancelled()));
    }
    return rows;
  }

  private static Row<?> state(Progress p, String state, long count) {
    return Row.of(Tags.of("backfill", p.getBackfillId(), "state", state), count);
  }

  private static List<Row<?>> etas(List<Progress> running) {
    List<Row<?>> rows = new ArrayList<>();
    for (Progress p : running) {
      rows.add(eta(p, "low", p.getEtaLowMs()));
      rows.add(eta(p, "high", p.getEtaHighMs()));
    }
    return rows;
  }

  private static Row<?> eta(Progress p, String bound, Long ms) {
    return Row.of(Tags.of("backfill", p.getBackfillId(), "bound", bound), seconds(ms));
  }

  private static double seconds(Long ms) {
    return ms == null ? Double.NaN : ms / 1000.0;
  }

  private static List<Row<?>> each(List<Progress> running, Function<Progress, Number> value) {
    return running.stream()
        .<Row<?>>map(p -> Row.of(Tags.of("backfill", p.getBackfillId()), value.apply(p)))
        .toList();
  }

  private static List<Row<?>> heartbeats(List<WorkerHeartbeat> workers) {
    Map<String, Long> newest = new TreeMap<>();
    workers.forEach(w -> newest.merge(w.getDomain(), w.getAt(), Math::max));
    return newest.entrySet().stream()
        .<Row<?>>map(e -> Row.of(Tags.of("domain", e.getKey()), e.getValue() / 1000.0))
        .toList();
  }

  private static List<Row<?>> drift(List<Progress> all) {
    return all.stream()
        .map(Progress::getDomain)
        .distinct()
        .<Row<?>>map(
            domain ->
                Row.of(
                    Tags.of("domain", domain),
                    all.stream()
                        .filter(p -> p.getDomain().equals(domain))
                        .mapToLong(Progress::getDrift)
                        .sum()))
        .toList();
  }

  @Override
  public void close() {
    gc.close();
  }
}
