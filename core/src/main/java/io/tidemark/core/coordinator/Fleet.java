package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * The workers as they were heard last. How long ago that was is measured here, not by their clocks.
 */
final class Fleet {

  /** Heartbeats come twice a second; without any for so long, a worker does not count. */
  static final long SILENT_MS = 10_000;

  private record Heard(WorkerHeartbeat beat, long seenMs) {}

  private final Map<String, Heard> heard = new TreeMap<>();

  /** Takes what is remembered from before a restart; it counts as heard then. */
  void restored(Collection<WorkerHeartbeat> beats, long now) {
    beats.forEach(b -> heard(b, now));
  }

  void heard(WorkerHeartbeat beat, long now) {
    heard.put(beat.getWorkerId(), new Heard(beat, now));
  }

  /** Forgets those that have been silent for too long. */
  void tick(long now) {
    heard.values().removeIf(h -> now - h.seenMs() > SILENT_MS);
  }

  /** Workers of a domain, by id. */
  List<WorkerHeartbeat> of(String domain) {
    return heard.values().stream()
        .map(Heard::beat)
        .filter(b -> b.getDomain().equals(domain))
        .toList();
  }

  /** A partition, and the heartbeat that tells of it. */
  record Running(RunningPartition partition, WorkerHeartbeat worker) {

    /** How long its cursor has not moved, milliseconds, by the worker's own clock. */
    long idleMs() {
      return Math.max(0, worker.getAt() - partition.getAdvancedAt());
    }

    /** What the probes of its backfill leave of its worker's usual speed, 0 to 1. */
    double factor() {
      return worker.getPressures().stream()
          .filter(p -> p.getBackfillId().equals(partition.getBackfillId()))
          .mapToDouble(Pressure::getFactor)
          .reduce(1, Math::min);
    }
  }

  /** Partitions of a backfill that workers say they run. */
  List<Running> running(String backfill) {
    return each(WorkerHeartbeat::getRunning, Running::new)
        .filter(r -> r.partition().getBackfillId().equals(backfill))
        .toList();
  }

  /** What probes say of a backfill, where that slows it down. */
  List<Pressure> pressures(String backfill) {
    return each(WorkerHeartbeat::getPressures, (p, w) -> p)
        .filter(p -> p.getBackfillId().equals(backfill) && p.getFactor() < 1)
        .toList();
  }

  private <T, R> Stream<R> each(
      Function<WorkerHeartbeat, List<T>> items, BiFunction<T, WorkerHeartbeat, R> make) {
    return heard.values().stream()
        .flatMap(h -> items.apply(h.beat()).stream().map(t -> make.apply(t, h.beat())));
  }
}
