package io.tidemark.worker.flow;

import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerCore;
import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.PartitionState;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that owns the group membership and the journal: it feeds the core what happened
 * and does what the core says. It keeps polling while lanes work; it drops a queue within the
 * revocation callback, so that it never writes for a queue that it has given up.
 */
public final class WorkerLoop implements Runnable {

  private static final Logger log = LoggerFactory.getLogger(WorkerLoop.class);
  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  /** How long a turn waits for its lanes before it looks at the log again. */
  private static final Duration LANES_POLL = Duration.ofMillis(20);

  private final WorkerCore core;
  private final WorkerLog journal;
  private final Lanes lanes;
  private final BlockingQueue<WorkerEvent> inbox;
  private final OvertakenLog overtaken;
  private final Clock clock;
  private final Duration drainTimeout;
  private final Runnable everyTurn;
  private volatile boolean stopping;

  /** When a loop that leaves waits no longer for lanes, in nanoTime; empty while it works. */
  private OptionalLong leaveBy = OptionalLong.empty();

  /**
   * A loop that has not joined the group yet.
   *
   * @param inbox events of lanes, plans and directives
   * @param overtaken takes the claims that are lost with a queue
   * @param drainTimeout how long a lane may take to its chunk's end when a queue goes
   * @param everyTurn called once a turn, on the loop's thread; must be quick
   */
  public WorkerLoop(
      WorkerCore core,
      WorkerLog journal,
      Lanes lanes,
      BlockingQueue<WorkerEvent> inbox,
      OvertakenLog overtaken,
      Clock clock,
      Duration drainTimeout,
      Runnable everyTurn) {
    this.core = core;
    this.journal = journal;
    this.lanes = lanes;
    this.inbox = inbox;
    this.overtaken = overtaken;
    this.clock = clock;
    this.drainTimeout = drainTimeout;
    this.everyTurn = everyTurn;
  }

  /** Asks it to drain, report and leave; {@link #run} returns when it has. */
  public void stop() {
    stopping = true;
  }

  @Override
  public void run() {
    try {
      journal.join(new Queues());
      while (!stopping) {
        // What lanes tell is waited for where it comes in; without lanes, the log is waited for.
        boolean busy = core.active() > 0;
        journal.poll(busy ? Duration.ZERO : IDLE_POLL, this::feed);
        drainInbox(busy ? LANES_POLL : Duration.ZERO);
        feed(new WorkerEvent.Tick());
        everyTurn.run();
      }
      log.info("draining {} lanes", core.active());
      leaveBy = OptionalLong.of(drainDeadline());
      feed(new WorkerEvent.Shutdown());
      // Reports as it goes: whoever sends SIGKILL after SIGTERM finds little unreported.
      awaitLanes(core.queues(), drainDeadline(), () -> feed(new WorkerEvent.Tick()));
    } finally {
      try {
        // Leaving the group revokes what is left, and so reports it.
        journal.close();
      } finally {
        lanes.close();
      }
    }
  }

  /** Feeds all that there is, and waits that long for the first of it. */
  private void drainInbox(Duration atMost) {
    try {
      WorkerEvent event = inbox.poll(atMost.toNanos(), TimeUnit.NANOSECONDS);
      while (event != null) {
        feed(event);
        event = inbox.poll();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the next look at the log ends the loop
    }
  }

  /** A revocation has the drain timeout from now; all that happens on leaving shares one. */
  private long drainDeadline() {
    return leaveBy.orElseGet(() -> System.nanoTime() + drainTimeout.toNanos());
  }

  /** Waits until no lane works for these queues, or the deadline has come. */
  private void awaitLanes(Set<Integer> queues, long deadline, Runnable meanwhile) {
    try {
      while (core.busy(queues) && System.nanoTime() < deadline) {
        WorkerEvent event = inbox.poll(20, TimeUnit.MILLISECONDS);
        if (event != null) {
          feed(event);
        }
        meanwhile.run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void feed(WorkerEvent event) {
    Deque<WorkerEffect> todo = new ArrayDeque<>(core.on(event, clock.millis()));
    while (!todo.isEmpty()) {
      List<WorkerEffect> more = perform(todo.remove());
      for (int i = more.size() - 1; i >= 0; i--) {
        todo.addFirst(more.get(i));
      }
    }
  }

  /** Does one thing; a commit's answer may bring more to do, before anything else. */
  private List<WorkerEffect> perform(WorkerEffect effect) {
    switch (effect) {
      case WorkerEffect.Recover e -> journal.recover(e.queues(), this::feed);
      case WorkerEffect.Commit e -> {
        e.records().forEach(WorkerLoop::tellFailed);
        return core.on(journal.commit(e), clock.millis());
      }
      case WorkerEffect.Start e -> {
        tellClaimed(e.task());
        lanes.start(e.task());
      }
      case WorkerEffect.Pass e -> lanes.pass(e.task());
      case WorkerEffect.Stop e -> lanes.stop(e.task());
      case WorkerEffect.Abort e -> lanes.abort(e.task());
      case WorkerEffect.PauseReading e -> journal.reading(e.queue(), false);
      case WorkerEffect.Reread e -> journal.reread(e.queue(), e.from());
      case WorkerEffect.ResumeReading e -> journal.reading(e.queue(), true);
    }
    return List.of();
  }

  private static void tellClaimed(Task task) {
    LogContext.during(
        task.descriptor(),
        task.fence(),
        () ->
            log.info(
                "claimed {} with fence {} at {}",
                task.descriptor().getPartitionId(),
                task.fence(),
                task.from().cursor()));
  }

  /** Not every partition that fails fails in a lane: the core has reasons of its own. */
  private static void tellFailed(WorkerEffect.Append report) {
    Checkpoint c = report.checkpoint();
    if (c.getState() == PartitionState.FAILED) {
      LogContext.during(
          c.getDescriptor(),
          c.getFence(),
          () ->
              log.error(
                  "partition {} FAILED: {}{}",
                  c.getDescriptor().getPartitionId(),
                  c.getError().getCode().isEmpty() ? "" : c.getError().getCode() + ": ",
                  c.getError().getMessage()));
    }
  }

  /** What the group gives and takes, on the loop's thread. */
  private final class Queues implements WorkerLog.Membership {

    @Override
    public void assigned(Set<Integer> queues) {
      if (!queues.isEmpty()) {
        log.info("assigned queues {}", queues);
        feed(new WorkerEvent.Assigned(queues));
      }
    }

    @Override
    public void revoked(Set<Integer> queues) {
      if (!queues.isEmpty()) {
        log.info("giving up queues {}", queues);
        feed(new WorkerEvent.Revoking(queues));
        awaitLanes(queues, drainDeadline(), () -> {});
        feed(new WorkerEvent.Revoked(queues));
      }
    }

    @Override
    public void lost(Set<Integer> queues) {
      if (!queues.isEmpty()) {
        log.warn("lost queues {}: the group went on without this worker", queues);
        core.claims(queues)
            .forEach(
                (d, fence) ->
                    overtaken.add(
                        d,
                        fence,
                        "Kafka: the group took queue " + d.getQueue() + " away meanwhile",
                        clock.millis()));
        feed(new WorkerEvent.Lost(queues));
      }
    }
  }
}
