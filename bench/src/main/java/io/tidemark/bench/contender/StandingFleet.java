package io.tidemark.bench.contender;

import io.tidemark.bench.data.Target;
import io.tidemark.bench.run.Contender;
import io.tidemark.bench.run.Outcome;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A backfill given to a fleet that stands and has worked before, as in daily use: broker,
 * reconciler and a worker in processes of their own, which first do a smaller backfill. Timed by
 * the target's clock, from before {@code tidemark plan} is started to the last chunk's commit.
 */
public final class StandingFleet implements Contender {

  private final String name;
  private final Path launcher;
  private final String warmUp;
  private final String spec;
  private final int lanes;
  private final Target target;
  private final Path folder;
  private final Duration limit;
  private int runs;

  /**
   * @param warmUp the spec of what it does before, into the same target
   * @param spec the spec of what is timed
   * @param folder for the log, the ledger and what they say
   */
  public StandingFleet(
      String name,
      Path launcher,
      String warmUp,
      String spec,
      int lanes,
      Target target,
      Path folder,
      Duration limit) {
    this.name = name;
    this.launcher = launcher;
    this.warmUp = warmUp;
    this.spec = spec;
    this.lanes = lanes;
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
    Path data = folder.resolve(lanes + "-" + runs);
    try (FleetProcesses fleet =
        FleetProcesses.start(launcher, data, limit, lanes, Duration.ofSeconds(1))) {
      fleet.lastChunk(target, fleet.plan(warmUp));
      target.empty();
      double start =
          Double.parseDouble(
              target.database().text("SELECT extract(epoch FROM clock_timestamp())"));
      long partitions = fleet.plan(spec);
      double claimed = fleet.firstClaim(target);
      double end = fleet.lastChunk(target, partitions);
      long rows = target.rows();
      return new Outcome(end - start, rows, fleet.worker().peakRss())
          .with(TidemarkRun.MOVING, rows / (end - claimed))
          .with("worker CPU, s", fleet.worker().cpuSeconds());
    }
  }

  @Override
  public void check(Outcome outcome) throws Exception {
    target.check();
  }
}
