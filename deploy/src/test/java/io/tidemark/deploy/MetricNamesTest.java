package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.tidemark.connectors.Specs;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.planner.app.Planner;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.worker.app.Worker;
import io.tidemark.worker.app.WorkerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What alerts and the dashboard read, against what a real reconciler and a real worker tell. */
final class MetricNamesTest {

  /** What Prometheus itself makes, and the labels that it gives every series. */
  private static final Set<String> PROMETHEUS = Set.of("up", "ALERTS");

  private static final Set<String> TARGET = Set.of("job", "instance");

  private static final Pattern SAMPLE = Pattern.compile("(\\w+)(?:\\{(.*)})? \\S+");
  private static final Pattern LABEL = Pattern.compile("(\\w+)=\"");

  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void shouldReadOnlyMetricsThatThereAre(@TempDir Path dir) throws Exception {
    Map<String, Set<String>> read = read();
    assertThat(read).hasSizeGreaterThan(30).containsKey("tidemark_worker_rows_total");

    Map<String, Set<String>> told = told(dir);

    read.forEach(
        (metric, labels) -> {
          assertThat(told).containsKey(metric);
          assertThat(told.get(metric)).as(metric).containsAll(labels);
        });
  }

  /** Metrics and labels of all expressions of alerts.yml and of the dashboard. */
  private static Map<String, Set<String>> read() {
    List<String> expressions = new ArrayList<>();
    Alerts.all().forEach(alert -> expressions.add(alert.path("expr").asText()));
    JsonNode dashboard = Yaml.document(Yaml.DEPLOY.resolve("grafana/tidemark.json"));
    dashboard.findValues("expr").forEach(e -> expressions.add(e.asText()));
    Matcher values =
        Pattern.compile("label_values\\((\\w+), (\\w+)\\)").matcher(dashboard.toString());
    while (values.find()) {
      expressions.add(values.group(1) + "{" + values.group(2) + "=\"\"}");
    }
    Map<String, Set<String>> read = new TreeMap<>();
    for (String e : expressions) {
      PromQl.metrics(e)
          .forEach(
              (metric, labels) -> {
                if (!PROMETHEUS.contains(metric)) {
                  Set<String> all = read.computeIfAbsent(metric, m -> new TreeSet<>());
                  all.addAll(labels);
                  all.removeAll(TARGET);
                }
              });
    }
    return read;
  }

  /** Metrics and labels that a reconciler with a backfill, and a worker beside it, tell. */
  private Map<String, Set<String>> told(Path dir) throws Exception {
    Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);
    Map<String, Set<String>> told = new TreeMap<>();
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir.resolve("kafka"), 0, Map.of());
        Reconciler reconciler =
            Reconciler.start(
                ReconcilerConfig.of(
                    Map.of(
                        "bootstrap.servers",
                        broker.bootstrapServers(),
                        "queues",
                        "2",
                        "state.dir",
                        dir.resolve("state").toString(),
                        "http.port",
                        "0")))) {
      reconciler.awaitReady(Duration.ofMinutes(1));
      ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
      Files.writeString(dir.resolve("in.csv"), "a\n1\n");
      // No worker yet: the backfill is not over, and has series of its own.
      Planner.plan(
          Specs.parser()
              .parse(
                  """
                  apiVersion: tidemark/v1
                  name: metrics
                  source: {file: {path: %s, format: csv}}
                  sink: {file: {path: %s, format: csv}}
                  """
                      .formatted(dir.resolve("in.csv"), dir.resolve("out")),
                  "the test"),
          kafka,
          topics,
          2);
      await()
          .atMost(Duration.ofMinutes(1))
          .untilAsserted(
              () -> {
                scrape(reconciler.port(), told);
                assertThat(told).containsKey("tidemark_partitions");
              });

      int port = free();
      Worker worker =
          Worker.start(
              WorkerConfig.of(
                  Map.of(
                      "worker.id", "w-1", "queues", "2", "metrics.port", Integer.toString(port))),
              kafka);
      try {
        await()
            .atMost(Duration.ofMinutes(1))
            .untilAsserted(
                () -> {
                  scrape(port, told);
                  scrape(reconciler.port(), told);
                  assertThat(told).containsKey("tidemark_worker_heartbeat_timestamp_seconds");
                });
      } finally {
        worker.close();
      }
    }
    return told;
  }

  private static int free() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private void scrape(int port, Map<String, Set<String>> into) throws Exception {
    HttpResponse<String> answer =
        http.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(),
            HttpResponse.BodyHandlers.ofString());
    assertThat(answer.statusCode()).isEqualTo(200);
    answer
        .body()
        .lines()
        .map(SAMPLE::matcher)
        .filter(Matcher::matches)
        .forEach(
            m -> {
              Set<String> labels = into.computeIfAbsent(m.group(1), n -> new TreeSet<>());
              if (m.group(2) != null) {
                LABEL.matcher(m.group(2)).results().forEach(l -> labels.add(l.group(1)));
              }
            });
  }
}
