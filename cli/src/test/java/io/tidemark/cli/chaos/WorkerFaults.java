package io.tidemark.cli.chaos;

import io.tidemark.cli.chaos.Injury.Hurts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;

/** What may happen to worker processes. */
final class WorkerFaults {

  private final Crew crew;

  WorkerFaults(Crew crew) {
    this.crew = crew;
  }

  List<Fault> all() {
    return List.of(new Fault("worker SIGKILL, restarted", this::kill));
  }

  private Optional<String> anyone(SplittableRandom chance) {
    List<String> well = crew.wellWorkers();
    return well.isEmpty() ? Optional.empty() : Optional.of(well.get(chance.nextInt(well.size())));
  }

  private Optional<Injury> kill(SplittableRandom chance) {
    return anyone(chance)
        .map(
            id -> {
              crew.struck(id);
              crew.worker(id).kill9();
              return new Injury(
                  id, new Hurts.Worker(id, true), between(chance, 0, 9_000), () -> restart(id));
            });
  }

  private void restart(String id) {
    if (crew.workers().contains(id)) {
      crew.startWorker(id);
    }
  }

  static Duration between(SplittableRandom chance, int fromMs, int toMs) {
    return Duration.ofMillis(chance.nextInt(fromMs, toMs));
  }
}
