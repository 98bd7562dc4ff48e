package io.tidemark.core.sim;

import io.tidemark.core.worker.WorkerEffect;
import io.tidemark.core.worker.WorkerEvent;

/**
 * The transactions of one process: records and offsets go to the log, and if the group accepts
 * them, the end of the transaction follows. If its reply is lost, and asking again does not help,
 * the core hears that it failed though it may have happened.
 */
final class SimCommits {

  private final World world;
  private final SimWorker worker;
  private int epoch;
  private boolean inFlight;
  private boolean doubtful;

  SimCommits(World world, SimWorker worker) {
    this.world = world;
    this.worker = worker;
    this.epoch = world.log().initTransactions(worker.name());
  }

  boolean inFlight() {
    return inFlight;
  }

  void start(WorkerEffect.Commit commit) {
    if (inFlight) {
      throw new Violation(Invariant.CONTRACT, worker.name() + " has a commit in flight already");
    }
    inFlight = true;
    if (doubtful) {
      // A new epoch settles what became of the last transaction; nobody tells the core any more.
      doubtful = false;
      epoch = world.log().initTransactions(worker.name());
    }
    int generation = worker.generation();
    send("append", () -> append(commit, generation));
  }

  private void send(String what, Runnable arrives) {
    int delay = world.scheduler().between(1, 30);
    world.scheduler().after(delay, "log", what + " of " + worker.name(), arrives);
  }

  private void append(WorkerEffect.Commit commit, int generation) {
    SimLog log = world.log();
    if (!log.available()) {
      answer(new WorkerEvent.CommitFailed());
    } else if (log.concurrent(worker.name())) {
      send("append again", () -> append(commit, generation));
    } else if (!world.group().accepts(worker.name(), worker.incarnation(), generation)) {
      answer(new WorkerEvent.CommitFailed());
    } else {
      if (world.mutation() == Mutation.SHELL_COMMITS_OFFSETS_FIRST) {
        commit.offsets().forEach(log::commitOffset);
      }
      log.append(worker.name(), epoch, commit)
          .ifPresentOrElse(
              txn -> worker.later(1, "end transaction", () -> send("end", () -> end(txn))),
              this::fenced);
    }
  }

  /** A producer of that name took over, or an administrator fenced it: a new one is needed. */
  private void fenced() {
    worker.later(1, "new producer", () -> epoch = world.log().initTransactions(worker.name()));
    answer(new WorkerEvent.CommitFailed());
  }

  private void end(SimLog.Txn txn) {
    if (!world.log().available()) {
      send("end again", () -> end(txn));
    } else if (world.faults().inDoubt()) {
      doubtful = true;
      send("late end", () -> world.log().commit(txn));
      answer(new WorkerEvent.CommitFailed());
    } else if (world.log().commit(txn)) {
      answer(new WorkerEvent.Committed(txn.offsets));
    } else {
      answer(new WorkerEvent.CommitFailed());
    }
  }

  private void answer(WorkerEvent event) {
    worker.later(
        world.scheduler().between(0, 20),
        "commit's answer",
        () -> {
          inFlight = false;
          worker.feed(event);
        });
  }
}
