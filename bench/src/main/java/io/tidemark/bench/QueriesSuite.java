package io.tidemark.bench;

import io.tidemark.bench.control.TidemarkTasks;
import io.tidemark.bench.run.Entry;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Section;
import io.tidemark.bench.run.Service;
import io.tidemark.bench.run.Statistics;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/** Questions to a reconciler whose ledger is full, and how soon it answers them after a start. */
final class QueriesSuite implements Suite {

  private static final int QUERIES = 1_000;
  private static final int PAGE = 100;
  private static final Pattern BROKER = Pattern.compile("broker ready at (\\S+)");
  private static final Pattern RECONCILER = Pattern.compile("reconciler at (\\S+)");

  private final HttpClient http = HttpClient.newHttpClient();

  @Override
  public String name() {
    return "queries";
  }

  @Override
  public List<Section> run(Env env) throws Exception {
    long partitions = Collections.max(env.settings().partitions());
    TidemarkTasks tasks =
        new TidemarkTasks(partitions, env.folder("ledger"), env.settings().limit());
    tasks.prepare();
    tasks.run();
    env.log().printf("  a ledger of %,d partitions is there%n", partitions);
    Path folder = env.folder("queries");
    ProcessBuilder broker =
        new ProcessBuilder(
            env.tidemark().toString(),
            "broker",
            "--port",
            "0",
            "--data",
            tasks.data().resolve("broker").toString());
    try (Service log =
        Service.start(broker, BROKER, folder.resolve("broker.log"), env.settings().limit())) {
      List<Entry> starts = new ArrayList<>();
      List<Outcome> warm = new ArrayList<>();
      List<Outcome> cold = new ArrayList<>();
      List<Entry> asked = List.of();
      for (int round = 1; round <= env.settings().rounds(); round++) {
        warm.add(start(env, log, folder, tasks.data().resolve("reconciler"), q -> {}));
        List<Entry> answers = new ArrayList<>();
        cold.add(
            start(
                env,
                log,
                folder,
                folder.resolve("empty-" + round),
                url -> answers.addAll(ask(url, tasks.backfill(), partitions))));
        asked = answers;
      }
      starts.add(new Entry("restart on its local state", warm));
      starts.add(new Entry("start without local state, restored from Kafka", cold));
      return List.of(
          new Section(
              "queries: the HTTP API over %,d partitions".formatted(partitions),
              List.of(
                  "%,d requests one after the other from one client; milliseconds per answer."
                      .formatted(QUERIES)),
              "queries",
              "",
              asked),
          new Section(
              "queries: reconciler from its start to ready, %,d partitions".formatted(partitions),
              List.of("JVM included, until /health/ready answers 200."),
              "",
              "",
              starts));
    }
  }

  private interface Questions {
    void ask(String url) throws Exception;
  }

  private Outcome start(Env env, Service log, Path folder, Path state, Questions questions)
      throws Exception {
    ProcessBuilder reconciler =
        new ProcessBuilder(
            env.tidemark().toString(),
            "reconciler",
            "--port",
            "0",
            "--state-dir",
            state.toString(),
            "--bootstrap-server",
            log.said());
    long start = System.nanoTime();
    try (Service service =
        Service.start(
            reconciler, RECONCILER, folder.resolve("reconciler.log"), env.settings().limit())) {
      URI ready = URI.create(service.said() + "/health/ready");
      while (get(ready).statusCode() != 200) {
        if (System.nanoTime() - start > env.settings().limit().toNanos()) {
          throw new IllegalStateException("not ready in time: " + get(ready).body());
        }
        TimeUnit.MILLISECONDS.sleep(20);
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      questions.ask(service.said());
      return new Outcome(seconds, 0, service.peakRss());
    }
  }

  private List<Entry> ask(String url, String backfill, long partitions) throws Exception {
    String one = url + "/api/v1/backfills/" + backfill;
    SplittableRandom random = new SplittableRandom(1);
    return List.of(
        timed("progress of the backfill", () -> one),
        timed(
            "a page of " + PAGE + " partitions, anywhere",
            () ->
                "%s/partitions?limit=%d&after=%s/%06d"
                    .formatted(one, PAGE, backfill, random.nextLong(partitions))));
  }

  private Entry timed(String name, Supplier<String> address) throws Exception {
    List<Double> millis = new ArrayList<>();
    long start = System.nanoTime();
    for (int i = 0; i < QUERIES; i++) {
      URI uri = URI.create(address.get());
      long asked = System.nanoTime();
      HttpResponse<String> answer = get(uri);
      millis.add((System.nanoTime() - asked) / 1e6);
      if (answer.statusCode() != 200) {
        throw new IllegalStateException(uri + ": " + answer.body());
      }
    }
    return new Entry(
        name,
        List.of(
            new Outcome((System.nanoTime() - start) / 1e9, QUERIES, 0)
                .with("p50, ms", Statistics.percentile(millis, 0.5))
                .with("p99, ms", Statistics.percentile(millis, 0.99))));
  }

  private HttpResponse<String> get(URI uri) throws Exception {
    return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
  }
}
