package io.tidemark.worker.flow;

import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import java.time.Duration;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The log as a worker's loop needs it: one group member, one transactional producer, one reader of
 * checkpoints. Used by the loop thread alone.
 */
public interface WorkerLog extends AutoCloseable {

  /** What the group does to a member; called from within {@link #poll}, on the same thread. */
  interface Membership {

    /** Queues came. */
    void assigned(Set<Integer> queues);

    /** Queues are to go when this returns; reports on them can still be committed. */
    void revoked(Set<Integer> queues);

    /** Queues went without asking. */
    void lost(Set<Integer> queues);
  }

  /** Joins the group. */
  void join(Membership membership);

  /** Keeps the membership alive and hands over descriptors, waiting for some at most so long. */
  void poll(Duration atMost, Consumer<WorkerEvent> events);

  /** Position, checkpoints to the end, and end of a set of queues: one Recovered event for each. */
  void recover(Set<Integer> queues, Consumer<WorkerEvent> events);

  /**
   * Commits in one transaction that also carries the group's offsets.
   *
   * @return {@code Committed} or {@code CommitFailed}
   */
  WorkerEvent commit(WorkerEffect.Commit commit);

  /** Stops or goes on reading a queue. */
  void reading(int queue, boolean on);

  /** Goes on reading a queue at an offset that lies behind. */
  void reread(int queue, long from);

  /**
   * Records of the owned queues behind their committed offsets: an upper bound of the descriptors
   * not done yet, for Kafka's transaction markers count as well. May be asked by any thread.
   */
  long lag();

  /** Leaves the group at once, and ends. */
  @Override
  void close();
}
