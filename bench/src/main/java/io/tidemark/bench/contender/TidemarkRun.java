package io.tidemark.bench.contender;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tidemark.bench.data.Database;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** {@code tidemark run} of a spec on a new log, in a process of its own, through the launcher. */
public final class TidemarkRun implements Contender {

  /** Heading of the rate without start-up. */
  public static final String MOVING = "rows/s from the first claim";

  private static final ObjectMapper JSON = new ObjectMapper();

  private final String name;
  private final Path launcher;
  private final String spec;
  private final List<String> arguments;
  private final String jvm;
  private final Ends ends;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param spec the spec's text
   * @param arguments more of the command line, such as {@code --lanes 2}
   * @param jvm options of the JVM, separated by blanks; empty for the launcher's own
   * @param folder for the log, the ledger and what it says
   */
  public TidemarkRun(
      String name,
      Path launcher,
      String spec,
      List<String> arguments,
      String jvm,
      Ends ends,
      Path folder,
      Duration limit) {
    this.name = name;
    this.launcher = launcher;
    this.spec = spec;
    this.arguments = List.copyOf(arguments);
    this.jvm = jvm;
    this.ends = ends;
    this.folder = folder;
    this.limit = limit;
  }

  /** A {@code source} or {@code sink} of a spec for a table. */
  public static String jdbc(Database database, String table) {
    return "{jdbc: {url: \"%s\", user: %s, password: \"${env:BENCH_PASSWORD}\", table: public.%s}}"
        .formatted(database.url(), Database.USER, table);
  }

  /** A {@code source} of a spec for some rows of a table. */
  public static String jdbc(Database database, String table, String where) {
    String all = jdbc(database, table);
    return all.substring(0, all.length() - 2) + ", where: \"" + where + "\"}}";
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare() throws Exception {
    ends.prepare();
    runs++;
  }

  @Override
  public Outcome run() throws Exception {
    Path file = Files.writeString(folder.resolve("spec.yaml"), spec);
    Path data = folder.resolve("data-" + runs);
    List<String> command = new ArrayList<>(List.of(launcher.toString(), "run", file.toString()));
    command.addAll(List.of("--data", data.toString(), "--output", "json"));
    command.addAll(arguments);
    ProcessBuilder run = new ProcessBuilder(command).directory(folder.toFile());
    run.environment().put("BENCH_PASSWORD", Database.USER);
    run.environment().put("TIDEMARK_OPTS", jvm);
    Processes.Finished done = Processes.run(run, folder.resolve("logs"), limit);
    JsonNode said = JSON.readTree(done.out());
    if (!said.path("state").asText().equals("COMPLETED")) {
      throw new IllegalStateException("ended " + done.out());
    }
    Outcome outcome = done.outcome(said.path("rows").asLong());
    long moving = said.path("rows_per_s").asLong();
    return moving > 0 ? outcome.with(MOVING, (double) moving) : outcome;
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    ends.check();
  }
}
