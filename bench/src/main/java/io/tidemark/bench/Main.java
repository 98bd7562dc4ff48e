package io.tidemark.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tidemark.bench.run.Report;
import io.tidemark.bench.run.Section;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tidemark bench}: measures Tidemark and its peers on this machine. */
@Command(
    name = "tidemark bench",
    mixinStandardHelpOptions = true,
    description =
        "Run benchmarks: each contender of a suite in turn, round after round, on one PostgreSQL"
            + " server, with the result of each run checked. Prints tables; see bench/README.md.",
    footer = {
      "",
      "Examples:",
      "  tidemark bench copy --scale 0.1 --rounds 3",
      "  tidemark bench all --scale 1 --rounds 5 --json results.json"
    })
public final class Main implements Callable<Integer> {

  private static final Map<String, Suite> SUITES =
      Stream.of(
              new CopySuite(),
              new GeneralSuite(),
              new FilesSuite(),
              new PlanSuite(),
              new ControlSuite(),
              new QueriesSuite(),
              new MemorySuite(),
              new StartupSuite(),
              new CheckpointSuite(),
              new JmhSuite())
          .collect(Collectors.toMap(Suite::name, s -> s, (a, b) -> a, LinkedHashMap::new));

  @Parameters(
      paramLabel = "SUITE",
      arity = "1..*",
      description =
          "Suites to run, or all: copy, general, files, plan, control, queries, memory,"
              + " startup, checkpoint, jmh.")
  private List<String> suites;

  @Option(
      names = "--scale",
      defaultValue = "0.1",
      paramLabel = "SF",
      description = "TPC-H scale factor; 1 is 6 million rows. Default: ${DEFAULT-VALUE}.")
  private double scale;

  @Option(
      names = "--rounds",
      defaultValue = "3",
      paramLabel = "N",
      description = "Runs of each contender. Default: ${DEFAULT-VALUE}.")
  private int rounds;

  @Option(
      names = "--partitions",
      split = ",",
      defaultValue = "10000",
      paramLabel = "N",
      description = "Sizes of the control plane's backfills. Default: ${DEFAULT-VALUE}.")
  private List<Long> partitions;

  @Option(
      names = "--limit",
      defaultValue = "20",
      paramLabel = "MINUTES",
      description = "Longest time of one run; then it has failed. Default: ${DEFAULT-VALUE}.")
  private long limit;

  @Option(names = "--json", paramLabel = "FILE", description = "Also writes every measurement.")
  private Path json;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description =
          "Where to make a folder for the server and all else; it is deleted at the end. Default:"
              + " the system's folder of temporary files.")
  private Path parent;

  private Main() {}

  /** Runs the command and exits with its code. */
  public static void main(String[] args) {
    System.exit(new CommandLine(new Main()).execute(args));
  }

  @Override
  public Integer call() throws Exception {
    List<Suite> chosen = new ArrayList<>();
    for (String name : suites.contains("all") ? List.copyOf(SUITES.keySet()) : suites) {
      Suite suite = SUITES.get(name);
      if (suite == null) {
        throw new CommandLine.ParameterException(
            new CommandLine(this),
            "there is no suite '" + name + "'; there are: " + SUITES.keySet());
      }
      chosen.add(suite);
    }
    Path home = Path.of(System.getProperty("tidemark.home"));
    Path work =
        parent == null
            ? Files.createTempDirectory("tidemark-bench-")
            : Files.createTempDirectory(Files.createDirectories(parent), "tidemark-bench-");
    work.toFile().setExecutable(true, false); // the server may have to run as another user
    Env.Settings settings = new Env.Settings(scale, rounds, Duration.ofMinutes(limit), partitions);
    List<Section> sections = new ArrayList<>();
    Env env = new Env(home, work, settings, System.err);
    Thread hook = new Thread(() -> clean(env, work));
    Runtime.getRuntime().addShutdownHook(hook);
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode all = mapper.createObjectNode();
    Machine.describe(home).forEach(all.putObject("machine")::put);
    all.put("scale", scale).put("rounds", rounds);
    System.out.println(Machine.markdown(home, scale, rounds));
    ArrayNode tables = all.putArray("sections");
    for (Suite suite : chosen) {
      System.err.println("suite " + suite.name());
      for (Section section : suite.run(env)) {
        System.out.println(Report.markdown(section));
        sections.add(section);
        tables.add(Report.json(section));
        if (json != null) { // after every table: a long run that is cut short leaves what it had
          Files.writeString(json, mapper.writerWithDefaultPrettyPrinter().writeValueAsString(all));
        }
      }
    }
    return sections.stream()
            .flatMap(s -> s.entries().stream())
            .anyMatch(e -> e.trouble().startsWith("failed"))
        ? 1
        : 0;
  }

  private static void clean(Env env, Path work) {
    try {
      env.close();
      try (Stream<Path> files = Files.walk(work)) {
        for (Path p : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(p);
        }
      }
    } catch (IOException e) {
      report(System.err, work, e);
    }
  }

  private static void report(PrintStream err, Path work, IOException e) {
    err.println("not all of " + work + " could be removed: " + e);
  }
}
