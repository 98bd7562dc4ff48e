package io.tidemark.core.coordinator;

import io.tidemark.core.coordinator.Shares.Claimant;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.core.plan.SourceKey;
import io.tidemark.schemas.avro.BackfillState;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What each running backfill may use of the limits, its own and its source's, and who of it. */
final class Limits {

  private Limits() {}

  /** Shares the limits out anew, and tells workers where that changes what they may use. */
  static void share(
      List<Backfill> backfills,
      Fleet fleet,
      CoordinatorSettings settings,
      long now,
      List<CoordinatorEffect> out) {
    List<Backfill> running =
        backfills.stream().filter(b -> b.state == BackfillState.RUNNING).toList();
    running.forEach(b -> b.demand = b.demand.observed(now, b.sum().rows(), allowed(b)));
    Map<Backfill, Double> before =
        running.stream().collect(Collectors.toMap(Function.identity(), Limits::allowed));
    rates(running, settings);
    // Those that get less hear of it first: together they never may move more than there is.
    running.stream()
        .filter(b -> b.directive != null)
        .sorted(Comparator.comparing(b -> allowed(b) > before.get(b)))
        .forEach(b -> b.share(shares(b, fleet), now, out));
  }

  private static double allowed(Backfill b) {
    return b.rowsPerS.orElse(Double.POSITIVE_INFINITY);
  }

  /** Sets what each may move, rows per second. */
  private static void rates(List<Backfill> running, CoordinatorSettings settings) {
    running.forEach(b -> b.rowsPerS = b.ownRowsPerS());
    Map<String, List<Backfill>> bySource =
        running.stream()
            .collect(Collectors.groupingBy(b -> SourceKey.normal(b.plan.getSourceKey())));
    bySource.remove("");
    bySource.forEach(
        (source, sharing) -> {
          OptionalDouble budget =
              Stream.concat(
                      Stream.of(settings.sourceRowsPerS().get(source)),
                      sharing.stream().map(b -> b.plan.getSourceRowsPerS()))
                  .filter(Objects::nonNull)
                  .mapToDouble(Double::doubleValue)
                  .min();
          if (budget.isPresent()) {
            Map<String, Double> parts =
                Shares.divide(
                    budget.getAsDouble(),
                    sharing.stream()
                        .map(
                            b ->
                                new Claimant(
                                    b.id(),
                                    b.weight(),
                                    b.demand.rowsPerS(),
                                    b.ownRowsPerS().orElse(Double.POSITIVE_INFINITY)))
                        .toList());
            sharing.forEach(b -> b.rowsPerS = OptionalDouble.of(parts.get(b.id())));
          }
        });
  }

  private static List<Share> shares(Backfill b, Fleet fleet) {
    Map<String, Long> running =
        fleet.running(b.id()).stream()
            .collect(Collectors.groupingBy(r -> r.worker().getWorkerId(), Collectors.counting()));
    Map<Integer, Long> open = new HashMap<>();
    b.tallies.forEach((queue, tally) -> open.put(queue, Tallies.open(tally)));
    Function<WorkerHeartbeat, Long> openAt =
        w -> w.getQueues().stream().mapToLong(q -> open.getOrDefault(q, 0L)).sum();
    return Shares.of(
        b.rowsPerS,
        b.lanes(),
        fleet.of(b.plan.getDomain()),
        w -> running.getOrDefault(w.getWorkerId(), 0L),
        openAt::apply);
  }
}
