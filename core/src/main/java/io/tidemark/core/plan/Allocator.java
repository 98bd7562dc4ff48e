package io.tidemark.core.plan;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * Deals partitions to queues: within a batch the heaviest first, each to the queue with the least
 * weight so far (longest-processing-time-first rule, Graham 1969: at most 4/3 of the best
 * makespan). Ties go to the lower number, so the same batches give the same queues. Loads carry
 * over from batch to batch; a planner that streams need not hold the whole plan.
 */
public final class Allocator {

  private record Load(int queue, long weight) {}

  private final PriorityQueue<Load> loads =
      new PriorityQueue<>(Comparator.comparingLong(Load::weight).thenComparingInt(Load::queue));

  /** Partitions dealt so far, a count. */
  private long dealt;

  /** An allocator for queues 0 … {@code queues - 1}, all empty. */
  public Allocator(int queues) {
    if (queues < 1) {
      throw new IllegalArgumentException("a work topic of " + queues + " queues");
    }
    IntStream.range(0, queues).forEach(q -> loads.add(new Load(q, 0)));
  }

  /**
   * Queues for a batch.
   *
   * @param weights estimated rows of each partition; anything below 1 counts as 1
   * @return the queue of each, in the same order
   */
  public int[] assign(List<Long> weights) {
    int[] queues = new int[weights.size()];
    Integer[] heaviestFirst = new Integer[weights.size()];
    for (int i = 0; i < heaviestFirst.length; i++) {
      heaviestFirst[i] = i;
    }
    dealt += weights.size();
    Arrays.sort(heaviestFirst, Comparator.<Integer>comparingLong(weights::get).reversed());
    for (int i : heaviestFirst) {
      Load least = loads.remove();
      queues[i] = least.queue();
      loads.add(new Load(least.queue(), least.weight() + Math.max(1, weights.get(i))));
    }
    return queues;
  }

  /** Counts a partition that an earlier planner already dealt to a queue. */
  public void dealt(int queue, long weight) {
    dealt++;
    Load had = loads.stream().filter(l -> l.queue() == queue).findFirst().orElseThrow();
    loads.remove(had);
    loads.add(new Load(queue, had.weight() + Math.max(1, weight)));
  }

  /**
   * Weight of the fullest queue over the mean of those that can have any: of fewer partitions than
   * queues, each has one of its own, and the queues beyond them are not missed. 1.0 is perfect, 1.0
   * also while all are empty.
   */
  public double imbalance() {
    long max = loads.stream().mapToLong(Load::weight).max().orElse(0);
    double sum = loads.stream().mapToLong(Load::weight).sum();
    return sum == 0 ? 1.0 : max * Math.min(loads.size(), dealt) / sum;
  }
}
