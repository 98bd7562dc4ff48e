package io.tidemark.bench.control;

import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.GcLog;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@link KafkaLoop} in a process of its own; it checks itself. */
public final class LoopTasks implements Contender {

  private final String name;
  private final String kind;
  private final long tasks;
  private final String java;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param kind plain or parallel
   * @param java the JVM's program
   * @param folder for the broker and what it says
   */
  public LoopTasks(String name, String kind, long tasks, String java, Path folder, Duration limit) {
    this.name = name;
    this.kind = kind;
    this.tasks = tasks;
    this.java = java;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare() {
    runs++;
  }

  @Override
  public Outcome run() throws Exception {
    Path gc = folder.resolve("gc.log");
    List<String> command = new ArrayList<>(List.of(java));
    command.addAll(TidemarkTasks.jvm(tasks, gc));
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            KafkaLoop.class.getName(),
            kind,
            Long.toString(tasks),
            Integer.toString(TidemarkTasks.QUEUES),
            folder.resolve("broker-" + runs).toString()));
    Processes.Finished done =
        Processes.run(new ProcessBuilder(command), folder.resolve("logs"), limit);
    String[] lines = done.out().strip().split("\n", -1);
    return new Outcome(Double.parseDouble(lines[lines.length - 1]), tasks, done.peakRss())
        .with("peak heap, MiB", GcLog.peak(gc))
        .with("after a GC", GcLog.peakAfter(gc))
        .with("whole process, s", done.seconds());
  }

  @Override
  public void check(Outcome outcome) {}
}
