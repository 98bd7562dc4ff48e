package io.tidemark.cli;

import io.tidemark.worker.app.Worker;
import io.tidemark.worker.app.WorkerConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tidemark worker}: moves partitions until it is told to end. */
@Command(
    name = "worker",
    mixinStandardHelpOptions = true,
    description =
        "Claim partitions and move them until told to end. SIGTERM lets lanes come to the end of"
            + " their chunks, reports, and leaves the group; other workers go on at once.",
    footer = {
      "",
      "Examples:",
      "  tidemark worker --lanes 4",
      "  tidemark worker --id worker-1 --bootstrap-server kafka:9092 --set"
          + " checkpoint.interval.ms=500"
    })
final class WorkerCommand implements Callable<Integer> {

  @Option(
      names = "--lanes",
      defaultValue = "2",
      paramLabel = "N",
      description = "Partitions that run at the same time. Default: ${DEFAULT-VALUE}.")
  private int lanes;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description =
          "Name of this worker, unique; kept over restarts, it gets its queues back at once."
              + " Default: host, process and chance.")
  private String id;

  @Option(
      names = "--domain",
      defaultValue = "default",
      paramLabel = "NAME",
      description = "The data domain to serve. Default: ${DEFAULT-VALUE}.")
  private String domain;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      description = "Any other worker setting, such as checkpoint.interval.ms=1000.")
  private Map<String, String> settings = new HashMap<>();

  @Mixin private KafkaOptions kafka;

  @Override
  public Integer call() throws Exception {
    Map<String, String> all = new HashMap<>(settings);
    all.put(WorkerConfig.LANES, Integer.toString(lanes));
    all.put(WorkerConfig.DOMAIN, domain);
    all.put(WorkerConfig.NAMESPACE, kafka.namespace());
    if (id != null) {
      all.put(WorkerConfig.WORKER_ID, id);
    }
    WorkerConfig config = WorkerConfig.of(all);
    try (Interruption interruption = Interruption.draining(ExitCode.DONE, config);
        Worker worker = Worker.start(config, kafka.clients())) {
      System.out.println("worker " + worker.id() + " ready");
      System.out.flush();
      while (!interruption.await(Duration.ofMillis(200))) {
        if (!worker.running()) {
          throw new CliException(
              ExitCode.UNREACHABLE,
              "the worker stopped: " + worker.failure().map(Throwable::getMessage).orElse("?"));
        }
      }
    }
    return ExitCode.DONE;
  }
}
