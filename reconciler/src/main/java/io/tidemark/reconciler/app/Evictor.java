package io.tidemark.reconciler.app;

import io.tidemark.core.coordinator.Watchdog;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.topic.Topics;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.FenceProducersOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes workers that fell silent out of their group and fences their producers, so that others go
 * on with their queues before the group's session runs out (ADR 10). To evict one that lives does
 * no harm: it joins again, and whatever it had claimed is fenced. Acts only where the coordinator's
 * task runs. Used by one thread.
 */
final class Evictor {

  private static final Logger LOG = LoggerFactory.getLogger(Evictor.class);
  private static final int TIMEOUT_MS = 5_000;

  private final Supplier<List<WorkerHeartbeat>> beats;
  private final Admin admin;
  private final Topics topics;
  private final Watchdog watchdog;
  private final LongSupplier clockMs;
  private final Runnable counter;

  /**
   * @param beats the newest heartbeat of each worker
   * @param clockMs milliseconds of a clock that never goes back
   * @param counter told of each eviction
   */
  Evictor(
      Supplier<List<WorkerHeartbeat>> beats,
      Admin admin,
      Topics topics,
      Watchdog watchdog,
      LongSupplier clockMs,
      Runnable counter) {
    this.beats = beats;
    this.admin = admin;
    this.topics = topics;
    this.watchdog = watchdog;
    this.clockMs = clockMs;
    this.counter = counter;
  }

  /** Looks once for silent workers, and evicts them; to be called again and again. */
  void run() throws InterruptedException {
    List<WorkerHeartbeat> newest;
    try {
      newest = beats.get();
    } catch (NotHereException e) {
      LOG.debug("no heartbeats here: {}", e.getMessage());
      return;
    }
    for (WorkerHeartbeat silent : watchdog.look(newest, clockMs.getAsLong())) {
      evict(silent);
    }
  }

  private void evict(WorkerHeartbeat worker) throws InterruptedException {
    String id = worker.getWorkerId();
    String group = topics.workerGroup(worker.getDomain());
    KafkaFuture<Void> removed =
        admin
            .removeMembersFromConsumerGroup(
                group,
                new RemoveMembersFromConsumerGroupOptions(Set.of(new MemberToRemove(id)))
                    .timeoutMs(TIMEOUT_MS))
            .memberResult(new MemberToRemove(id));
    KafkaFuture<Void> fenced =
        admin
            .fenceProducers(
                List.of(topics.transactionalId(worker.getDomain(), id)),
                new FenceProducersOptions().timeoutMs(TIMEOUT_MS))
            .all();
    try {
      if (removed(removed)) {
        counter.run();
        LOG.warn(
            "worker {} (process {} on {}) is silent: evicted from {}; others take over its queues {}",
            id,
            worker.getPid(),
            worker.getHost(),
            group,
            worker.getQueues());
      }
      fenced.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      watchdog.evicted(id);
    } catch (ExecutionException e) {
      boolean forbidden = e.getCause() instanceof AuthorizationException;
      LOG.warn(
          "worker {} is silent, and could not be evicted{}: {}",
          id,
          forbidden ? "; the group's session timeout will do it" : " yet",
          e.getCause().getMessage());
      if (forbidden) {
        watchdog.evicted(id);
      }
    } catch (TimeoutException e) {
      LOG.warn("worker {} is silent, and could not be evicted yet: Kafka does not answer", id);
    }
  }

  /** Whether it was a member; the group may have found out by itself. */
  private static boolean removed(KafkaFuture<Void> answer)
      throws ExecutionException, InterruptedException, TimeoutException {
    try {
      answer.get(2L * TIMEOUT_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof UnknownMemberIdException) {
        return false;
      }
      throw e;
    }
  }
}
