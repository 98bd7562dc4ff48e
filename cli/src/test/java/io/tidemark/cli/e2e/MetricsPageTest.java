package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.testing.GeneratedPage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * {@code docs/reference/metrics.md}: what a reconciler with a backfill, a worker and a planner, all
 * real processes, tell Prometheus.
 */
class MetricsPageTest {

  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private static final Pattern LINE =
      Pattern.compile("(?:# (HELP|TYPE) )?(tidemark_\\w+)(?:\\{(.*)})? (.*)");

  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  @RegisterExtension static final Fleet fleet = new Fleet();

  private final HttpClient http = HttpClient.newHttpClient();

  private final GeneratedPage page =
      new GeneratedPage(
          "metrics.md",
          MetricsPageTest.class,
          "Metrics",
          """

          What a scrape of each process shows, Prometheus text. Names end in their unit; a histogram has `_bucket`, `_count` and
          `_sum`. Beside these, reconcilers and workers tell of their JVM (`jvm_…`), process and system (`process_…`, `system_…`)
          as Micrometer names them. What they are good for: [operations.md](../operations.md#metrics); alerts on them:
          [deploy/prometheus](../../deploy/prometheus/alerts.yml).""");

  /** A metric as a scrape tells of it. */
  private static final class Metric {
    private String type = "untyped";
    private String help = "";
    private final Set<String> labels = new TreeSet<>();
  }

  @Test
  void shouldTellOfEveryMetricOfEveryProcess() throws Exception {
    fleet.broker();
    String line = fleet.reconciler().awaitLine("reconciler at ");
    String reconciler = line.substring(line.indexOf("http"));
    fleet.write("in.csv", "a\n1\n");
    String spec =
        fleet
            .write(
                "metrics.yaml",
                """
                apiVersion: tidemark/v1
                name: metrics
                source: {file: {path: in.csv, format: csv}}
                sink: {file: {path: out, format: csv}}
                """)
            .toString();
    fleet.onKafka("plan", "plan", spec, "--metrics-file", "plan.prom").expect(0, Fleet.SHORT);
    Map<String, Metric> ofReconciler = new TreeMap<>();
    Map<String, Metric> ofWorker = new TreeMap<>();
    // No worker yet: the backfill is not over, and has series of its own.
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              read(scrape(reconciler), ofReconciler);
              assertThat(ofReconciler)
                  .containsKeys("tidemark_partitions", "tidemark_backfill_eta_seconds");
            });
    String served =
        fleet
            .onKafka("worker", "worker", "--id", "w-1", "--set", "metrics.port=0")
            .awaitLog("metrics at http://\\S+")
            .err();
    Matcher address = Pattern.compile("metrics at (http://[\\w.:]+)").matcher(served);
    assertThat(address.find()).isTrue();
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              read(scrape(reconciler), ofReconciler);
              read(scrape(address.group(1)), ofWorker);
              assertThat(ofReconciler).containsKey("tidemark_worker_heartbeat_timestamp_seconds");
              assertThat(ofWorker).containsKey("tidemark_worker_rows_total");
            });
    Map<String, Metric> ofPlanner = new TreeMap<>();
    read(Files.readString(fleet.dir().resolve("plan.prom")), ofPlanner);

    section("Reconciler", "`/metrics` of its HTTP API.", ofReconciler);
    section("Worker", "`/metrics` on `metrics.port`.", ofWorker);
    section("Planner", "The file that `tidemark plan --metrics-file` leaves.", ofPlanner);
    page.check();
  }

  private void section(String title, String where, Map<String, Metric> metrics) {
    page.heading(2, title).line(where).line("");
    page.head("metric", "type", "unit", "labels", "meaning");
    metrics.forEach(
        (name, m) ->
            page.row(
                "`" + name + "`",
                m.type,
                unit(name),
                String.join(" ", m.labels.stream().map(l -> "`" + l + "`").toList()),
                m.help));
  }

  private static String unit(String name) {
    String bare = name.replaceFirst("_(total|max)$", "");
    if (bare.endsWith("_timestamp_seconds")) {
      return "Unix time, s";
    }
    if (bare.endsWith("_per_second")) {
      return "per second";
    }
    for (String unit : new String[] {"seconds", "bytes", "ratio"}) {
      if (bare.endsWith("_" + unit)) {
        return unit;
      }
    }
    return "count";
  }

  private String scrape(String server) throws IOException, InterruptedException {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create(server + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    return answer.body();
  }

  private static void read(String scrape, Map<String, Metric> into) {
    for (String line : scrape.split("\n", -1)) {
      Matcher m = LINE.matcher(line);
      if (!m.matches()) {
        continue;
      }
      if (m.group(1) != null) {
        Metric metric = into.computeIfAbsent(m.group(2), n -> new Metric());
        if (m.group(1).equals("TYPE")) {
          metric.type = m.group(4);
        } else {
          metric.help = m.group(4);
        }
      } else if (m.group(3) != null) {
        Metric metric = into.get(m.group(2).replaceFirst("_(bucket|count|sum)$", ""));
        metric = metric == null ? into.get(m.group(2)) : metric;
        assertThat(metric).as(line).isNotNull();
        Set<String> labels = metric.labels;
        LABEL.matcher(m.group(3)).results().forEach(l -> labels.add(l.group(1)));
      }
    }
  }
}
