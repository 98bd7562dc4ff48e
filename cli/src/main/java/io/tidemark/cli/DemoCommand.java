package io.tidemark.cli;

import io.tidemark.cli.demo.Demo;
import io.tidemark.cli.demo.DemoSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code tidemark demo}: everything at once on real data. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    description =
        "Show everything at once on real data: load real flights into a real PostgreSQL, copy them"
            + " with three worker processes, kill one half way, and prove that nothing was lost or"
            + " doubled.",
    footer = {"", "Examples:", "  tidemark demo", "  tidemark demo --data-file flights-3m.parquet"})
final class DemoCommand implements Callable<Integer> {

  private static final String SAMPLE = "examples/data/flights-sample.parquet";

  @Option(
      names = "--data-file",
      paramLabel = "FILE",
      description =
          "Parquet file with columns date, delay, distance, origin, destination. Default: the sample"
              + " that comes with Tidemark.")
  private Path dataFile;

  @Option(
      names = "--workers",
      defaultValue = "3",
      paramLabel = "N",
      description = "Worker processes, at least 2. Default: ${DEFAULT-VALUE}.")
  private int workers;

  @Option(names = "--keep", description = "Keep the folder with the workers' logs.")
  private boolean keep;

  @Override
  public Integer call() throws Exception {
    if (workers < 2) {
      throw new CliException(
          ExitCode.USAGE, "--workers must be at least 2: one is killed, another goes on");
    }
    Path file =
        dataFile != null
            ? dataFile
            : Path.of(System.getProperty("tidemark.home", ".")).resolve(SAMPLE);
    if (!Files.isReadable(file)) {
      throw new CliException(
          ExitCode.USAGE, "there is no data file " + file + "; name one with --data-file");
    }
    try (Interruption interruption = new Interruption(ExitCode.INTERRUPTED)) {
      boolean proved =
          Demo.run(new DemoSettings(file.toAbsolutePath(), workers, keep), interruption);
      if (interruption.asked()) {
        return ExitCode.INTERRUPTED;
      }
      return proved ? ExitCode.DONE : ExitCode.MISMATCH;
    }
  }
}
