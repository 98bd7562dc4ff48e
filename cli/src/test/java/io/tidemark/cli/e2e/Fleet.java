package io.tidemark.cli.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.schemas.topic.Topics;
import io.tidemark.testing.MariaDbServer;
import io.tidemark.testing.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A fleet of real processes in a folder of its own: broker, reconciler, workers, and the short
 * commands. As an extension it prints what they said when a test fails, and ends them all.
 */
final class Fleet implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {

  static final Duration SHORT = Duration.ofMinutes(2);

  static final String WRONG_PASSWORD = "battery-staple";

  /** As many for each of three workers. */
  static final int QUEUES = 12;

  private static final List<String> SMALL =
      List.of("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<Proc> processes = new ArrayList<>();
  private final SplittableRandom chance;
  private final long seed;
  private Path dir;
  private String bootstrap;
  private List<String> settings = List.of();

  Fleet() {
    this.seed = Long.getLong("tidemark.seed", System.nanoTime());
    this.chance = new SplittableRandom(seed);
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    dir = Files.createTempDirectory("tidemark-e2e-");
    System.out.println(context.getDisplayName() + ": -Dtidemark.seed=" + seed);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    if (context.getExecutionException().isPresent()) {
      processes.forEach(p -> System.out.println(p.transcript()));
    }
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    processes.forEach(Proc::close);
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(p);
      }
    }
  }

  /** Where all of it lives. */
  Path dir() {
    return dir;
  }

  /** A number of milliseconds, the seed's choice. */
  Duration moment(int fromMs, int toMs) {
    return Duration.ofMillis(chance.nextInt(fromMs, toMs));
  }

  /** Lets the processes run on for a while. */
  static void pause(Duration time) {
    long until = System.nanoTime() + time.toNanos();
    await().atMost(time.plusSeconds(5)).until(() -> System.nanoTime() >= until);
  }

  /** Starts the broker; later starts use the same folder and port. */
  Proc broker() {
    String port = bootstrap == null ? "0" : bootstrap.substring(bootstrap.lastIndexOf(':') + 1);
    Proc broker = start("broker", "broker", "--port", port, "--data", "kafka");
    String line = broker.awaitLine("broker ready at ");
    bootstrap = line.substring(line.lastIndexOf(' ') + 1);
    return broker;
  }

  /** Works on a broker that somebody else started. */
  void on(String servers) {
    bootstrap = servers.replace("PLAINTEXT://", "");
  }

  String bootstrap() {
    return bootstrap;
  }

  Proc reconciler() {
    return reconciler("state");
  }

  /** A reconciler with local state of its own, and further settings {@code name=value}. */
  Proc reconciler(String name, String... settings) {
    List<String> args = new ArrayList<>(List.of("reconciler", "--port", "0", "--state-dir", name));
    args.addAll(List.of("--set", "queues=" + QUEUES));
    for (String setting : settings) {
      args.addAll(List.of("--set", setting));
    }
    Proc reconciler = onKafka(name, args.toArray(String[]::new));
    reconciler.awaitLine("reconciler at ");
    return reconciler;
  }

  Proc worker(String id) {
    Proc worker = onKafka(id, "worker", "--id", id);
    worker.awaitLine("ready");
    return worker;
  }

  /** Plans, and returns what {@code plan --output json} ends with. */
  JsonNode plan(Path spec) {
    return json(onKafka("plan", "plan", spec.toString(), "--output", "json").expect(0, SHORT));
  }

  /** Waits until a backfill is over, and returns what {@code wait --output json} ends with. */
  JsonNode waitFor(String backfill, Duration atMost) {
    String timeout = atMost.toSeconds() + "s";
    return json(
        onKafka("wait", "wait", backfill, "--timeout", timeout, "--output", "json")
            .expect(0, atMost.plus(SHORT)));
  }

  /** What workers have committed so far. */
  CheckpointLog checkpoints() throws Exception {
    return CheckpointLog.read(
        bootstrap, new Topics(Topics.DEFAULT_NAMESPACE).checkpoints(Topics.DEFAULT_DOMAIN), QUEUES);
  }

  /** What starts from now on has these client properties. */
  void settings(String... lines) {
    settings =
        lines.length == 0
            ? List.of()
            : List.of(
                "--command-config",
                write("client-" + System.nanoTime() + ".properties", String.join("\n", lines))
                    .toString());
  }

  /** Starts any verb with this fleet's broker. */
  Proc onKafka(String name, String... args) {
    List<String> all = new ArrayList<>(List.of(args));
    all.addAll(List.of("--bootstrap-server", bootstrap));
    all.addAll(settings);
    return start(name, all.toArray(String[]::new));
  }

  /** Starts any verb. */
  Proc start(String name, String... args) {
    return start(SMALL, name, args);
  }

  /** Starts any verb on a JVM with these options. */
  Proc start(List<String> options, String name, String... args) {
    Proc p =
        Proc.start(
            dir,
            name,
            Map.of(
                "PG_PASSWORD", Postgres.PASSWORD,
                "SRC_PASSWORD", Postgres.PASSWORD,
                "DST_PASSWORD", Postgres.PASSWORD,
                "MARIADB_PASSWORD", MariaDbServer.PASSWORD,
                "S3_ACCESS_KEY", ObjectStore.ACCESS_KEY,
                "S3_SECRET_KEY", ObjectStore.SECRET_KEY,
                "WRONG_PASSWORD", WRONG_PASSWORD),
            options,
            args);
    processes.add(p);
    return p;
  }

  /** Writes a spec, or another file, into the fleet's folder. */
  Path write(String name, String text) {
    try {
      return Files.writeString(dir.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The object on a process's last line. */
  static JsonNode json(Proc p) {
    try {
      JsonNode node = JSON.readTree(p.lastLine());
      assertThat(node.isObject()).as(p::transcript).isTrue();
      return node;
    } catch (JsonProcessingException e) {
      throw new AssertionError("no JSON: " + p.transcript(), e);
    }
  }
}
