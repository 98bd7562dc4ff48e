package io.tidemark.cli;

import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark reconciler}: keeps the ledger, steers, answers queries. */
@Command(
    name = "reconciler",
    mixinStandardHelpOptions = true,
    description =
        "Keep the ledger of all backfills, admit them, prove completion, answer queries over HTTP."
            + " Local state lives in --state-dir; what is missing there is restored from Kafka.",
    footer = {
      "",
      "Examples:",
      "  tidemark reconciler --port 8080 --state-dir .tidemark/reconciler",
      "  curl -s localhost:8080/api/v1/backfills"
    })
final class ReconcilerCommand implements Callable<Integer> {

  @Option(
      names = "--port",
      defaultValue = "8080",
      paramLabel = "PORT",
      description =
          "Port of the dashboard and the HTTP API; 0: any free one. Default: ${DEFAULT-VALUE}.")
  private int port;

  @Option(
      names = "--state-dir",
      defaultValue = ".tidemark/reconciler",
      paramLabel = "DIR",
      description = "Where local state lives. Default: ${DEFAULT-VALUE}.")
  private Path stateDir;

  @Option(
      names = "--domains",
      split = ",",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "The data domains to serve, separated by commas. Default: ${DEFAULT-VALUE}.")
  private List<String> domains;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Any other reconciler setting, such as max.running.backfills=4.")
  private Map<String, String> settings = new HashMap<>();

  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.put("namespace", kafka.namespace());
    all.put("domains", String.join(",", domains));
    all.put("state.dir", stateDir.toString());
    all.put("http.port", Integer.toString(port));
    try (Interruption interruption = new Interruption(ExitCode.DONE);
        Reconciler reconciler = Reconciler.start(ReconcilerConfig.of(all, kafka.clients()))) {
      System.out.println("reconciler at " + reconciler.url());
      System.out.flush();
      while (!interruption.await(Duration.ofMillis(200))) {
        if (reconciler.failure().isPresent()) {
          throw new CliException(
              ExitCode.UNREACHABLE,
              "the reconciler stopped: " + reconciler.failure().get().getMessage());
        }
      }
    }
    return ExitCode.DONE;
  }
}
