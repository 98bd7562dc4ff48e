package io.tidemark.core.coordinator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.schemas.avro.RunningPartition;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The interval of the time left, in simulated runs. */
class ForecastTest {

  private static final long STEP_MS = 500;

  private static final int RUNS = 300;

  /** Rows of a chunk: one to three seconds of work. */
  private static final double CHUNK = 10_000;

  /** A partition. */
  private static final class Piece {
    double left;
    double estimated;
    double rate;
    double smoothed;
    double untold;
    long ranMs;

    Piece(double rows, double estimated) {
      this.left = rows;
      this.estimated = estimated;
    }
  }

  /** How fast a backfill is as long as it gets going: chunks grow, code is compiled. */
  private static final double COLD = 0.5;

  private static final long COLD_MS = 5_000;

  /** One run: partitions of skewed sizes on lanes of uneven, changing speed. */
  private static final class Run {
    private final Random chance;
    private final List<Piece> waiting = new ArrayList<>();
    private final List<Piece> running = new ArrayList<>();
    private final double total;
    private final int lanes;
    private final double shared;
    private final OptionalDouble limit;
    private final double chunk;
    private double done;
    private double told;
    private long ranMs;

    /**
     * @param limited whether a limit holds the lanes back, so that one alone would go much faster
     */
    Run(long seed, double skew, boolean limited) {
      chance = new Random(seed);
      lanes = 2 + chance.nextInt(7);
      shared = (limited ? 1_000 : 10_000) * lanes * (0.5 + 0.5 * chance.nextDouble());
      limit = limited ? OptionalDouble.of(shared) : OptionalDouble.empty();
      // Under a limit a chunk holds half a second's worth of it.
      chunk = limited ? shared / lanes / 2 : CHUNK;
      int count = lanes * (2 + chance.nextInt(20));
      double sum = 0;
      for (int i = 0; i < count; i++) {
        double rows = 100_000 * Math.exp(skew * chance.nextGaussian());
        // The planner's estimates are off by a tenth or so.
        waiting.add(new Piece(rows, rows * Math.exp(0.1 * chance.nextGaussian())));
        sum += rows;
      }
      total = sum;
      // Queues are filled heaviest first.
      waiting.sort(Comparator.comparingDouble(p -> -p.estimated));
    }

    boolean over() {
      return waiting.isEmpty() && running.isEmpty();
    }

    void step() {
      while (running.size() < lanes && !waiting.isEmpty()) {
        Piece next = waiting.removeFirst();
        next.rate = 10_000 * (0.7 + 0.6 * chance.nextDouble());
        running.add(next);
      }
      double wanted = running.stream().mapToDouble(p -> p.rate).sum();
      double part = Math.min(1, shared / wanted) * (ranMs < COLD_MS ? COLD : 1);
      ranMs += STEP_MS;
      for (Piece p : running) {
        double rate = p.rate * part * (0.8 + 0.4 * chance.nextDouble());
        double rows = Math.min(p.left, rate * STEP_MS / 1000);
        p.left -= rows;
        p.estimated = Math.max(0, p.estimated - rows);
        // The first chunk is small, and tells of what it takes to begin.
        p.smoothed = p.ranMs == 0 ? 0.02 * rate : 0.9 * p.smoothed + 0.1 * rate;
        p.ranMs += STEP_MS;
        done += rows;
        p.untold += rows;
        // Rows are told of when their chunk is in.
        if (p.untold >= chunk || p.left <= 0) {
          told += p.untold;
          p.untold = 0;
        }
      }
      running.removeIf(p -> p.left <= 0);
    }

    Forecast forecast(Pace pace) {
      double left =
          waiting.stream().mapToDouble(p -> p.estimated).sum()
              + running.stream().mapToDouble(p -> p.estimated).sum();
      List<RunningPartition> told = new ArrayList<>();
      for (Piece p : running) {
        told.add(
            new RunningPartition(
                "b/" + told.size(), "b", 0L, (long) p.estimated, p.smoothed, p.ranMs, 0L));
      }
      long largest = waiting.stream().mapToLong(p -> (long) p.estimated).max().orElse(0);
      return Forecast.of(Math.max(1, (long) left), pace, told, largest, limit);
    }
  }

  /** Lets it run; returns whether what was forecast at that share of its rows came true. */
  private static boolean comesTrue(Run run, double share, List<Double> widths) {
    Pace pace = Pace.NONE;
    long now = 1_000;
    Forecast told = null;
    long toldAt = 0;
    while (!run.over()) {
      run.step();
      now += STEP_MS;
      pace = pace.observed(now, (long) run.told);
      if (told == null && run.done >= share * run.total && pace.known() && !run.over()) {
        told = run.forecast(pace);
        toldAt = now;
      }
    }
    if (told == null) {
      return true;
    }
    widths.add((double) told.highMs() / Math.max(1, told.lowMs()));
    long took = now - toldAt;
    return told.lowMs() <= took && took <= told.highMs();
  }

  @ParameterizedTest(name = "at {0}, skew {1}")
  @CsvSource({
    "0.25, 0.3",
    "0.5, 0.3",
    "0.75, 0.3",
    "0.25, 1.0",
    "0.5, 1.0",
    "0.75, 1.0",
    "0.25, 1.6",
    "0.5, 1.6",
    "0.75, 1.6"
  })
  void shouldHoldTheTruthWhenARunIsSkewed(double share, double skew) {
    holds(share, skew, false);
  }

  @ParameterizedTest(name = "at {0}, skew {1}")
  @CsvSource({"0.25, 0.3", "0.5, 1.0", "0.75, 1.0", "0.5, 1.6"})
  void shouldHoldTheTruthWhenALimitHoldsTheLanesBack(double share, double skew) {
    holds(share, skew, true);
  }

  private static void holds(double share, double skew, boolean limited) {
    List<Double> widths = new ArrayList<>();
    int held = 0;
    for (int seed = 0; seed < RUNS; seed++) {
      held += comesTrue(new Run(seed, skew, limited), share, widths) ? 1 : 0;
    }
    double median = widths.stream().sorted().toList().get(widths.size() / 2);
    System.out.printf(
        "at %.0f %% of runs of skew %.1f%s: %d of %d held, high is %.2f of low in the median%n",
        share * 100, skew, limited ? " with a limit" : "", held, RUNS, median);

    assertThat(held).isGreaterThanOrEqualTo(RUNS * 9 / 10);
    assertThat(median).as("an interval that wide says nothing").isLessThan(3);
  }

  @Test
  void shouldNameThePartitionThatWillBeDoneLast() {
    Forecast f =
        Forecast.of(
            11_000,
            new Pace(1, 0, 2_000, 0, 60, 2_000),
            List.of(
                new RunningPartition("b/1", "b", 0L, 1_000L, 1_000.0, 60_000L, 0L),
                new RunningPartition("b/2", "b", 0L, 10_000L, 1_000.0, 60_000L, 0L)),
            0,
            OptionalDouble.empty());

    assertThat(f.critical()).hasValue(new Forecast.Critical("b/2", 10_000));
    assertThat(f.lowMs()).isBetween(5_500L, 10_000L);
    assertThat(f.highMs()).isBetween(10_000L, 16_000L);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 1_000_000_000_000L})
  void shouldNeverEndBeforeItBegins(long remaining) {
    Forecast f =
        Forecast.of(
            remaining, new Pace(1, 0, 0.1, 5, 60, 0.1), List.of(), 0, OptionalDouble.empty());

    assertThat(f.lowMs()).isNotNegative();
    assertThat(f.highMs()).isGreaterThanOrEqualTo(f.lowMs());
    assertThat(f.critical()).isEmpty();
  }
}
