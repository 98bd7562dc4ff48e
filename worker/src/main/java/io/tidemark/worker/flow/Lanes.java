package io.tidemark.worker.flow;

import io.tidemark.core.worker.Task;
import io.tidemark.core.worker.WorkerEvent;
import java.time.Clock;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The lanes of a worker: as many threads as it has lanes; tasks beyond that wait their turn. */
public final class Lanes implements AutoCloseable {

  private final String worker;
  private final Routes routes;
  private final LaneMetrics metrics;
  private final OvertakenLog overtaken;
  private final Clock clock;
  private final Consumer<WorkerEvent> tell;
  private final ExecutorService threads;
  private final Map<Long, Lane> running = new ConcurrentHashMap<>();

  public Lanes(
      int lanes,
      String worker,
      Routes routes,
      LaneMetrics metrics,
      OvertakenLog overtaken,
      Clock clock,
      Consumer<WorkerEvent> tell) {
    this.worker = worker;
    this.routes = routes;
    this.metrics = metrics;
    this.overtaken = overtaken;
    this.clock = clock;
    this.tell = tell;
    AtomicInteger n = new AtomicInteger();
    this.threads =
        Executors.newFixedThreadPool(
            lanes, r -> new Thread(r, "lane-" + worker + "-" + n.incrementAndGet()));
  }

  void start(Task task) {
    Lane lane = new Lane(task, worker, routes, metrics, overtaken, clock, tell);
    running.put(task.id(), lane);
    threads.execute(
        () -> {
          try {
            lane.run();
          } finally {
            running.remove(task.id());
          }
        });
  }

  void stop(long task) {
    Lane lane = running.get(task);
    if (lane != null) {
      lane.stop();
    }
  }

  void pass(long task) {
    Lane lane = running.get(task);
    if (lane != null) {
      lane.pass();
    }
  }

  void abort(long task) {
    Lane lane = running.get(task);
    if (lane != null) {
      lane.abort();
    }
  }

  /** Rolls back what still runs and ends the threads, waiting for them for a few seconds. */
  @Override
  public void close() {
    running.values().forEach(Lane::abort);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(10, TimeUnit.SECONDS)) {
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      threads.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
