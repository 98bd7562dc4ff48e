package io.tidemark.core.coordinator;

import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/** Divides limits among those who share them. */
final class Shares {

  private static final double NO_LIMIT = -1;

  private Shares() {}

  /**
   * One who wants a part of a budget.
   *
   * @param weight positive
   * @param wants what it would use now; infinite: whatever it gets
   * @param most what it may use; infinite if it sets itself no limit
   */
  record Claimant(String id, double weight, double wants, double most) {}

  /** Whatever a claimant wants, it may have this share of what its weight is worth. */
  private static final double FLOOR = 0.1;

  /**
   * Max-min fair parts of a budget: each gets what its weight is worth, and what one does not want
   * goes to the others. What nobody wants is dealt out as well, as room to grow: the parts are the
   * whole budget, or all that the claimants may use if that is less.
   */
  static Map<String, Double> divide(double budget, List<Claimant> claimants) {
    double weights = claimants.stream().mapToDouble(Claimant::weight).sum();
    // Who got nothing could never show that it wants something again.
    Map<String, Double> wanted =
        fill(
            budget,
            claimants,
            c -> Math.min(c.most(), Math.max(c.wants(), FLOOR * budget * c.weight() / weights)));
    double left = budget - wanted.values().stream().mapToDouble(Double::doubleValue).sum();
    Map<String, Double> room =
        fill(Math.max(0, left), claimants, c -> c.most() - wanted.get(c.id()));
    room.forEach((id, more) -> wanted.merge(id, more, Double::sum));
    return wanted;
  }

  /** Water filling up to each one's cap (D. Bertsekas and R. Gallager, Data Networks, 6.5.2). */
  private static Map<String, Double> fill(
      double budget, List<Claimant> claimants, ToDoubleFunction<Claimant> cap) {
    Map<String, Double> parts = new HashMap<>();
    List<Claimant> open = new ArrayList<>(claimants);
    open.sort(Comparator.comparingDouble(c -> cap.applyAsDouble(c) / c.weight()));
    double left = budget;
    double weights = open.stream().mapToDouble(Claimant::weight).sum();
    for (Claimant c : open) {
      double part = Math.min(cap.applyAsDouble(c), left * c.weight() / weights);
      parts.put(c.id(), part);
      left -= part;
      weights -= c.weight();
    }
    return parts;
  }

  /**
   * What each worker of a backfill's domain may use of the backfill's limits. Rows go where lanes
   * run the backfill, or evenly while none does; lanes go round among the workers that have
   * something to do for it, first to those that run it already.
   *
   * @param workers of the domain
   * @param running how many partitions of the backfill a worker runs
   * @param open how many that are not over lie in the queues of a worker
   * @return one share for each worker, by id; empty if there is no limit
   */
  static List<Share> of(
      OptionalDouble rowsPerS,
      OptionalInt lanes,
      List<WorkerHeartbeat> workers,
      ToLongFunction<WorkerHeartbeat> running,
      ToLongFunction<WorkerHeartbeat> open) {
    if (rowsPerS.isEmpty() && lanes.isEmpty()) {
      return List.of();
    }
    Map<String, Integer> places =
        lanes.isEmpty() ? Map.of() : places(lanes.getAsInt(), workers, running, open);
    long all = workers.stream().mapToLong(running).sum();
    List<Share> shares = new ArrayList<>();
    for (WorkerHeartbeat w : workers) {
      double part = all == 0 ? 1.0 / workers.size() : (double) running.applyAsLong(w) / all;
      shares.add(
          new Share(
              w.getWorkerId(),
              rowsPerS.isEmpty() ? NO_LIMIT : rounded(rowsPerS.getAsDouble() * part),
              lanes.isEmpty() ? (int) NO_LIMIT : places.get(w.getWorkerId())));
    }
    return shares;
  }

  /** Rows per second that a worker may move; infinite: no limit. */
  static double rowsPerS(Directive directive, String worker) {
    if (!directive.getLimited()) {
      return Double.POSITIVE_INFINITY;
    }
    double share =
        directive.getShares().stream()
            .filter(s -> s.getWorkerId().equals(worker))
            .mapToDouble(Share::getRowsPerS)
            .findFirst()
            .orElse(0);
    return share < 0 ? Double.POSITIVE_INFINITY : share;
  }

  /** To a hundredth, but never from something to nothing: that would hold a lane for ever. */
  private static double rounded(double rate) {
    return rate > 0 ? Math.max(1, Math.round(rate * 100)) / 100.0 : 0;
  }

  private static Map<String, Integer> places(
      int lanes,
      List<WorkerHeartbeat> workers,
      ToLongFunction<WorkerHeartbeat> running,
      ToLongFunction<WorkerHeartbeat> open) {
    Map<String, Integer> given = new LinkedHashMap<>();
    workers.forEach(w -> given.put(w.getWorkerId(), 0));
    Comparator<WorkerHeartbeat> next =
        Comparator.<WorkerHeartbeat>comparingInt(w -> given.get(w.getWorkerId()))
            .thenComparingLong(w -> -running.applyAsLong(w))
            .thenComparing(WorkerHeartbeat::getWorkerId);
    for (int left = lanes; left > 0; left--) {
      var taker =
          workers.stream()
              .filter(
                  w ->
                      given.get(w.getWorkerId())
                          < Math.min(
                              w.getLanes(), Math.max(running.applyAsLong(w), open.applyAsLong(w))))
              .min(next);
      if (taker.isEmpty()) {
        break;
      }
      given.merge(taker.get().getWorkerId(), 1, Integer::sum);
    }
    return given;
  }
}
