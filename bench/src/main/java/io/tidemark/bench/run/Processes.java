package io.tidemark.bench.run;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs client processes to their end, bounded in time, and watches their memory. */
public final class Processes {

  /** How often memory is looked at; the kernel keeps each process's peak meanwhile. */
  private static final long LOOK_MS = 50;

  private static final int TAIL = 2_000;

  /**
   * What processes did.
   *
   * @param seconds from before the first was started until the last had ended
   * @param peakRss largest sum of the peaks of those that lived at the same time, bytes
   * @param out standard output of the last process of the first pipeline
   */
  public record Finished(double seconds, long peakRss, String out) {

    /** As an outcome that handled so many units. */
    public Outcome outcome(long units) {
      return new Outcome(seconds, units, peakRss);
    }
  }

  private Processes() {}

  /** Runs one process; see {@link #run(List, Path, Duration)}. */
  public static Finished run(ProcessBuilder process, Path logs, Duration limit)
      throws IOException, InterruptedException {
    return run(List.of(List.of(process)), logs, limit);
  }

  /**
   * Runs pipelines, all at the same time.
   *
   * @param pipelines of each, processes whose outputs are the next one's inputs
   * @param logs folder for what they say
   * @param limit then they are killed
   * @throws IllegalStateException with the end of what it said, if one ends with another code than
   *     0, or not in time
   */
  public static Finished run(List<List<ProcessBuilder>> pipelines, Path logs, Duration limit)
      throws IOException, InterruptedException {
    Files.createDirectories(logs);
    List<Path> errors = new ArrayList<>();
    Path out = logs.resolve("out.log");
    for (List<ProcessBuilder> pipeline : pipelines) {
      for (ProcessBuilder b : pipeline) {
        errors.add(logs.resolve("err." + errors.size() + ".log"));
        b.redirectError(errors.get(errors.size() - 1).toFile());
      }
      pipeline.get(pipeline.size() - 1).redirectOutput(Redirect.DISCARD);
    }
    List<ProcessBuilder> first = pipelines.get(0);
    first.get(first.size() - 1).redirectOutput(out.toFile());
    List<Process> started = new ArrayList<>();
    long start = System.nanoTime();
    try {
      for (List<ProcessBuilder> pipeline : pipelines) {
        started.addAll(ProcessBuilder.startPipeline(pipeline));
      }
      long peak = 0;
      for (Process p : started) {
        while (!p.waitFor(LOOK_MS, TimeUnit.MILLISECONDS)) {
          peak = Math.max(peak, Memory.peaks(started));
          if (System.nanoTime() - start > limit.toNanos()) {
            throw new IllegalStateException("did not end within " + limit.toSeconds() + " s");
          }
        }
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      for (int i = 0; i < started.size(); i++) {
        if (started.get(i).exitValue() != 0) {
          throw new IllegalStateException(
              "ended with exit code "
                  + started.get(i).exitValue()
                  + ": "
                  + tail(Files.readString(errors.get(i))));
        }
      }
      return new Finished(seconds, peak, Files.readString(out, StandardCharsets.UTF_8));
    } finally {
      end(started);
    }
  }

  private static void end(List<Process> processes) throws InterruptedException {
    for (Process p : processes) {
      p.descendants().forEach(ProcessHandle::destroyForcibly);
      p.destroyForcibly().waitFor();
    }
  }

  private static String tail(String text) {
    String all = text.strip();
    return all.substring(Math.max(0, all.length() - TAIL));
  }
}
