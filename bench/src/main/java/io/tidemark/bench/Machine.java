package io.tidemark.bench;

import io.tidemark.bench.data.Server;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;

/** What the figures were measured on and with. */
final class Machine {

  private Machine() {}

  static Map<String, String> describe(Path home) throws IOException, InterruptedException {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("cores", Integer.toString(Runtime.getRuntime().availableProcessors()));
    facts.put("cpu", field(Path.of("/proc/cpuinfo"), "model name"));
    facts.put("memory", field(Path.of("/proc/meminfo"), "MemTotal"));
    facts.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
    facts.put("java", System.getProperty("java.vendor") + " " + System.getProperty("java.version"));
    facts.put(
        "load",
        Double.toString(ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage()));
    facts.put("commit", said("git", "-C", home.toString(), "rev-parse", "--short", "HEAD"));
    facts.put("psql", said("psql", "--version"));
    facts.put("pgcopydb", said("pgcopydb", "--version"));
    facts.put("libraries", libraries());
    facts.put("server", Server.settings().toString());
    return facts;
  }

  static String markdown(Path home, double scale, int rounds)
      throws IOException, InterruptedException {
    StringBuilder b = new StringBuilder("| | |\n|:--|:--|\n");
    describe(home)
        .forEach((k, v) -> b.append("| ").append(k).append(" | ").append(v).append(" |\n"));
    return b.append("| scale factor | ")
        .append(scale)
        .append(" |\n| rounds | ")
        .append(rounds)
        .append(" |\n")
        .toString();
  }

  private static String field(Path file, String name) throws IOException {
    if (!Files.exists(file)) {
      return "unknown";
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(l -> l.startsWith(name))
          .findFirst()
          .map(l -> l.substring(l.indexOf(':') + 1).strip())
          .orElse("unknown");
    }
  }

  /** First line that a program says, or that it is not installed. */
  private static String said(String... command) throws InterruptedException {
    try {
      Process p = new ProcessBuilder(command).redirectErrorStream(true).start();
      String out = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      p.waitFor();
      return out.lines().filter(l -> !l.contains(" INFO ")).findFirst().orElse("unknown");
    } catch (IOException e) {
      return "not installed";
    }
  }

  /** Names and versions of the jars that peers and clients bring. */
  private static String libraries() {
    return Stream.of(System.getProperty("java.class.path").split(":", -1))
        .map(p -> Path.of(p).getFileName().toString())
        .filter(
            n ->
                n.matches(
                    "(spring-batch-core|parallel-consumer-core|kafka-clients|postgresql|jmh-core|tpch)-.*\\.jar"))
        .map(n -> n.replaceAll("\\.jar$", ""))
        .sorted()
        .reduce((a, b) -> a + ", " + b)
        .orElse("unknown");
  }
}
