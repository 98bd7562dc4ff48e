package io.tidemark.bench.contender;

import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import io.tidemark.bench.run.Service;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Broker, reconciler and one worker in processes of their own. Timed by the target's clock, from
 * the first claim to the last chunk, as {@code tidemark_progress} tells.
 */
public final class Fleet implements Contender {

  private static final int LANES = 2;

  private final String name;
  private final Path launcher;
  private final String spec;
  private final Duration interval;
  private final boolean reconciled;
  private final Target target;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param spec the spec's text
   * @param interval the worker's checkpoint interval
   * @param reconciled whether the reconciler lives on; else it is killed once the backfill runs
   * @param folder for the log, the ledger and what they say
   */
  public Fleet(
      String name,
      Path launcher,
      String spec,
      Duration interval,
      boolean reconciled,
      Target target,
      Path folder,
      Duration limit) {
    this.name = name;
    this.launcher = launcher;
    this.spec = spec;
    this.interval = interval;
    this.reconciled = reconciled;
    this.target = target;
    this.folder = folder;
    this.limit = limit;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare() throws Exception {
    target.empty();
    runs++;
  }

  @Override
  public Outcome run() throws Exception {
    try (FleetProcesses fleet =
        FleetProcesses.start(launcher, folder.resolve("data-" + runs), limit, LANES, interval)) {
      long partitions = fleet.plan(spec);
      double start = fleet.firstClaim(target);
      if (!reconciled) {
        fleet.reconciler().kill();
      }
      double end = fleet.lastChunk(target, partitions);
      Service worker = fleet.worker();
      Outcome outcome =
          new Outcome(end - start, target.rows(), worker.peakRss())
              .with("worker CPU, s", worker.cpuSeconds());
      // What a process that is dead has used is not told.
      return reconciled
          ? outcome.with("reconciler CPU, s", fleet.reconciler().cpuSeconds())
          : outcome;
    }
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
  }
}
