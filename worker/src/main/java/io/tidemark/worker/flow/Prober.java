package io.tidemark.worker.flow;

import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.Pressure;
import io.tidemark.schemas.spec.Probe;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Asks the health probes of the backfills that this worker runs every few seconds; each backfill in
 * a thread of its own, so that a database that does not answer holds up nobody else's. A backfill
 * that no lane runs has no thread. Thread-safe.
 */
public final class Prober implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Prober.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  /** How long a backfill that begins to run may run unasked. */
  private static final Duration NOTICE = Duration.ofMillis(500);

  /** The probes of one backfill, planned at a time, and what they slow down. */
  private static final class Watched {
    private final String backfill;
    private final long createdAt;
    private final Throttle throttle;
    private final Probes probes;
    private final AtomicBoolean asked = new AtomicBoolean();

    Watched(String backfill, long createdAt, Throttle throttle, List<Probe> probes) {
      this.backfill = backfill;
      this.createdAt = createdAt;
      this.throttle = throttle;
      this.probes = new Probes(backfill, probes, throttle);
    }
  }

  private final String worker;
  private final Routes routes;
  private final Map<String, Watched> watched = new ConcurrentHashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Asks nobody yet. */
  public Prober(String worker, Routes routes) {
    this.worker = worker;
    this.routes = routes;
    Thread.ofVirtual().name("probes").start(this::notice);
  }

  /**
   * A backfill is known, with its probes; the first ones stay, until it is planned anew.
   *
   * @param createdAt when it was planned, milliseconds since the epoch
   */
  void know(String backfill, List<Probe> probes, long createdAt) {
    watched.compute(
        backfill,
        (id, had) -> {
          if (had != null && had.createdAt >= createdAt) {
            return had;
          }
          return probes.isEmpty() ? null : new Watched(id, createdAt, routes.throttle(id), probes);
        });
  }

  /**
   * Forgets a backfill that was archived.
   *
   * @param at what was planned later is another one and stays, milliseconds since the epoch
   */
  void forget(String backfill, long at) {
    watched.computeIfPresent(backfill, (id, had) -> had.createdAt <= at ? null : had);
  }

  /** What all probes said when they were asked last. */
  public List<Pressure> pressures() {
    return watched.values().stream().flatMap(w -> w.probes.pressures().stream()).toList();
  }

  /** Starts to ask for those that a lane has begun to run. */
  private void notice() {
    try {
      while (!over.await(NOTICE.toNanos(), TimeUnit.NANOSECONDS)) {
        for (Watched w : watched.values()) {
          if (w.throttle.inUse() && w.asked.compareAndSet(false, true)) {
            Thread.ofVirtual().name("probes-" + w.backfill).start(() -> askWhileUsed(w));
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void askWhileUsed(Watched w) {
    MDC.put("worker", worker);
    try {
      do {
        ask(w.backfill, w.probes);
      } while (!over.await(EVERY.toNanos(), TimeUnit.NANOSECONDS) && w.throttle.inUse());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      w.probes.rest();
      w.asked.set(false);
    }
  }

  private void ask(String backfill, Probes probes) throws InterruptedException {
    try (Routes.Use use = routes.acquire(backfill)) {
      probes.ask(use.route());
    } catch (TaskException e) {
      // The lanes say so as well, and better.
      log.debug("backfill {}: its probes cannot be asked", backfill, e);
    } catch (RuntimeException e) {
      log.warn("backfill {}: its probes cannot be asked: {}", backfill, e.toString());
    }
  }

  @Override
  public void close() {
    over.countDown();
  }
}
