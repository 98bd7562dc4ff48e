package io.tidemark.cli.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.tidemark.cli.chaos.Injury.Hurts;
import io.tidemark.cli.e2e.Proc;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiFunction;

/** What may happen to worker processes. */
final class WorkerFaults {

  private static final int MOST = 5;

  /** Longer than the drain timeout of a worker. */
  private static final Duration DRAINED = Duration.ofSeconds(60);

  private final Crew crew;

  WorkerFaults(Crew crew) {
    this.crew = crew;
  }

  List<Fault> all() {
    return List.of(
        new Fault("worker SIGKILL, restarted", c -> anyone(c, this::kill)),
        new Fault("worker SIGSTOP past its session, SIGCONT", c -> anyone(c, this::stop)),
        new Fault("worker SIGTERM, restarted", c -> anyone(c, this::end)),
        new Fault("scale to 1 … 5 workers", this::scale));
  }

  private Optional<Injury> anyone(
      SplittableRandom chance, BiFunction<String, SplittableRandom, Injury> what) {
    List<String> well = crew.wellWorkers();
    if (well.isEmpty()) {
      return Optional.empty();
    }
    String id = well.get(chance.nextInt(well.size()));
    crew.struck(id);
    return Optional.of(what.apply(id, chance));
  }

  private Injury kill(String id, SplittableRandom chance) {
    crew.worker(id).kill9();
    return new Injury(
        id, new Hurts.Worker(id, true), between(chance, 0, 9_000), () -> crew.startWorker(id));
  }

  private Injury stop(String id, SplittableRandom chance) {
    Proc p = crew.worker(id);
    p.signal("STOP");
    return new Injury(
        id,
        new Hurts.Worker(id, true),
        between(chance, 8_000, 16_000),
        () -> {
          p.signal("CONT");
          crew.well(id);
        });
  }

  private Injury end(String id, SplittableRandom chance) {
    Proc p = crew.worker(id);
    p.signal("TERM");
    return new Injury(
        id,
        new Hurts.Worker(id, false),
        between(chance, 2_000, 8_000),
        () -> {
          p.expect(0, DRAINED);
          crew.startWorker(id);
        });
  }

  /** Those that are too many leave in order; their exit codes are looked at when that is mended. */
  private Optional<Injury> scale(SplittableRandom chance) {
    int before = crew.workers().size();
    // Any number but the one there is.
    int target = 1 + (before + chance.nextInt(MOST - 1)) % MOST;
    List<Proc> leaving = new ArrayList<>();
    for (String id : crew.wellWorkers()) {
      if (crew.workers().size() > target) {
        Proc p = crew.worker(id);
        p.signal("TERM");
        leaving.add(p);
        crew.dismissed(id);
      }
    }
    for (int i = 1; crew.workers().size() < target; i++) {
      if (!crew.workers().contains("w-" + i)) {
        crew.startWorker("w-" + i);
      }
    }
    int after = crew.workers().size();
    if (after == before) {
      return Optional.empty();
    }
    return Optional.of(
        new Injury(
            before + " to " + after,
            new Hurts.All(false),
            Duration.ofSeconds(8),
            () ->
                leaving.forEach(
                    p -> assertThat(p.exit(DRAINED)).as(() -> p.transcript()).isZero())));
  }

  static Duration between(SplittableRandom chance, int fromMs, int toMs) {
    return Duration.ofMillis(chance.nextInt(fromMs, toMs));
  }
}
