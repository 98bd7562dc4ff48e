package io.tidemark.cli.demo;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Worker processes of the demo: the same Java, the same class path, each with a log file. */
final class DemoWorkers implements AutoCloseable {

  private final Path logs;
  private final String bootstrap;
  private final Map<String, Process> processes = new LinkedHashMap<>();

  DemoWorkers(Path logs, String bootstrap) {
    this.logs = logs;
    this.bootstrap = bootstrap;
  }

  void start(String id) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                "io.tidemark.cli.Main",
                "worker",
                "--bootstrap-server",
                bootstrap,
                "--id",
                id,
                "--lanes",
                "2",
                "--set",
                "checkpoint.interval.ms=200"));
    File log = log(id).toFile();
    processes.put(
        id, new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start());
  }

  Path log(String id) {
    return logs.resolve(id + ".log");
  }

  long pid(String id) {
    return processes.get(id).pid();
  }

  /** SIGKILL: it gets no chance to say anything. */
  void kill(String id) throws InterruptedException {
    Process p = processes.remove(id);
    p.destroyForcibly();
    p.waitFor();
  }

  /** One that ended although nobody told it to. */
  Optional<String> dead() {
    return processes.entrySet().stream()
        .filter(e -> !e.getValue().isAlive())
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** Tells all to end, and makes sure that they do. */
  void stop() {
    processes.values().forEach(Process::destroy);
    for (Process p : processes.values()) {
      try {
        if (!p.waitFor(10, TimeUnit.SECONDS)) {
          p.destroyForcibly();
        }
      } catch (InterruptedException e) {
        p.destroyForcibly();
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    stop();
  }
}
