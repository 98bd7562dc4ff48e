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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Asks the health probes of the backfills that this worker runs every few seconds; each backfill in
 * a thread of its own, so that a database that does not answer holds up nobody else's.
 */
public final class Prober implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Prober.class);
  private static final Duration EVERY = Duration.ofSeconds(5);

  /** How long a backfill that begins to run may run unasked. */
  private static final Duration NOTICE = Duration.ofMillis(500);

  private final String worker;
  private final Routes routes;
  private final Map<String, Probes> watched = new ConcurrentHashMap<>();
  private final CountDownLatch over = new CountDownLatch(1);

  /** Asks nobody yet. */
  public Prober(String worker, Routes routes) {
    this.worker = worker;
    this.routes = routes;
  }

  /** A backfill is known, with its probes; the first ones stay. */
  void know(String backfill, List<Probe> probes) {
    if (!probes.isEmpty() && over.getCount() > 0) {
      Throttle throttle = routes.throttle(backfill);
      Probes fresh = new Probes(backfill, probes, throttle);
      if (watched.putIfAbsent(backfill, fresh) == null) {
        Thread.ofVirtual().name("probes-" + backfill).start(() -> watch(backfill, fresh, throttle));
      }
    }
  }

  /** What all probes said when they were asked last. */
  public List<Pressure> pressures() {
    return watched.values().stream().flatMap(p -> p.pressures().stream()).toList();
  }

  private void watch(String backfill, Probes probes, Throttle throttle) {
    MDC.put("worker", worker);
    try {
      boolean resting = true;
      while (!over.await((resting ? NOTICE : EVERY).toNanos(), TimeUnit.NANOSECONDS)) {
        if (throttle.inUse()) {
          ask(backfill, probes);
          resting = false;
        } else if (!resting) {
          probes.rest();
          resting = true;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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
