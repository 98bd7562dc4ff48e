package io.tidemark.bench.contender;

import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Processes;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;

/** One program, run to its end. */
public final class CommandRun implements Contender {

  private final String name;
  private final Supplier<ProcessBuilder> command;
  private final Ends ends;
  private final Path logs;
  private final Duration limit;

  /**
   * @param command makes the process anew for each run
   * @param logs folder for what it says
   */
  public CommandRun(
      String name, Supplier<ProcessBuilder> command, Ends ends, Path logs, Duration limit) {
    this.name = name;
    this.command = command;
    this.ends = ends;
    this.logs = logs;
    this.limit = limit;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare() throws Exception {
    ends.prepare();
  }

  @Override
  public Outcome run() throws Exception {
    return Processes.run(command.get(), logs, limit).outcome(ends.units());
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    ends.check();
  }
}
