package io.tidemark.bench.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process that stays until it is closed. */
public final class Service implements AutoCloseable {

  private static final long LOOK_MS = 20;
  private static final long PATIENCE_S = 90;

  private final Process process;
  private final String said;

  private Service(Process process, String said) {
    this.process = process;
    this.said = said;
  }

  /**
   * Starts it and returns when it is ready.
   *
   * @param ready what it says on standard output then, with one group
   * @param log takes its output
   * @throws IllegalStateException with what it said, if it ends or is not ready in time
   */
  public static Service start(ProcessBuilder builder, Pattern ready, Path log, Duration limit)
      throws IOException, InterruptedException {
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    long start = System.nanoTime();
    while (process.isAlive() && System.nanoTime() - start < limit.toNanos()) {
      Matcher m = ready.matcher(Files.readString(log));
      if (m.find()) {
        return new Service(process, m.group(1));
      }
      process.waitFor(LOOK_MS, TimeUnit.MILLISECONDS);
    }
    process.destroyForcibly().waitFor();
    throw new IllegalStateException(
        String.join(" ", builder.command()) + " is not ready: " + Files.readString(log));
  }

  /** What the group of the readiness pattern was. */
  public String said() {
    return said;
  }

  /** Its peak resident memory, bytes; 0 if unknown. */
  public long peakRss() {
    return Memory.peaks(List.of(process));
  }

  /** Processor time it has used, seconds. */
  public double cpuSeconds() {
    return process.info().totalCpuDuration().map(d -> d.toNanos() / 1e9).orElse(0.0);
  }

  /** Ends it at once, as a crash would. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Asks it to end, and waits. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
