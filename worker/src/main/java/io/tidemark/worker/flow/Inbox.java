package io.tidemark.worker.flow;

import io.tidemark.core.retry.RetryPolicy;
import io.tidemark.core.worker.WorkerEvent;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.avro.Share;
import io.tidemark.schemas.spec.Spec;
import io.tidemark.schemas.spec.SpecException;
import io.tidemark.schemas.spec.SpecParser;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** What lanes, plans and directives tell the loop. Written by many threads, read by the loop's. */
public final class Inbox {

  private static final Logger log = LoggerFactory.getLogger(Inbox.class);

  private final BlockingQueue<WorkerEvent> events = new LinkedBlockingQueue<>();
  private final String worker;
  private final SpecParser parser;
  private final Routes routes;
  private final Prober prober;

  public Inbox(String worker, SpecParser parser, Routes routes, Prober prober) {
    this.worker = worker;
    this.parser = parser;
    this.routes = routes;
    this.prober = prober;
  }

  public BlockingQueue<WorkerEvent> events() {
    return events;
  }

  public void tell(WorkerEvent event) {
    events.add(event);
  }

  /** A plan was published: its descriptors can be run from now on. */
  public void plan(Plan plan) {
    MDC.put("worker", worker);
    LogContext.during(plan.getBackfillId(), () -> known(plan));
  }

  private void known(Plan plan) {
    try {
      Spec spec = parser.parse(plan.getSpec(), plan.getBackfillId());
      routes.know(plan.getBackfillId(), spec, plan.getSourceSchema(), plan.getCreatedAt());
      prober.know(plan.getBackfillId(), spec.operation().probes(), plan.getCreatedAt());
      events.add(
          new WorkerEvent.BackfillKnown(
              plan.getBackfillId(),
              new RetryPolicy(
                  spec.retry().attempts(),
                  spec.retry().initial().toMillis(),
                  spec.retry().max().toMillis(),
                  spec.retry().outage().toMillis()),
              plan.getDeadLettersCount(),
              spec.operation().priority(),
              plan.getCreatedAt()));
    } catch (SpecException e) {
      log.error(
          "backfill {}: this worker cannot read its spec and leaves its partitions alone: {}",
          plan.getBackfillId(),
          e.getMessage());
    }
  }

  /** A directive was published. */
  public void directive(Directive directive) {
    if (directive.getRunState() == RunState.UNKNOWN) {
      MDC.put("worker", worker);
      LogContext.during(
          directive.getBackfillId(),
          () ->
              log.error(
                  "backfill {}: a directive that this version does not know; its partitions are"
                      + " left alone: upgrade this worker",
                  directive.getBackfillId()));
    }
    Share share = share(directive);
    // First of all: lanes that a larger share wakes must find that they are to stop.
    events.add(
        new WorkerEvent.Directed(
            directive.getBackfillId(),
            directive.getRunState(),
            directive.getDeadLettersSpent(),
            share.getLanes() < 0 ? WorkerEvent.Directed.ALL_LANES : share.getLanes(),
            directive.getAt()));
    if (directive.getRunState() == RunState.FORGET) {
      prober.forget(directive.getBackfillId(), directive.getAt());
      routes.forget(directive.getBackfillId(), directive.getAt());
    } else if (directive.getRunState() == RunState.RUN) {
      routes
          .throttle(directive.getBackfillId())
          .share(share.getRowsPerS() < 0 ? Double.POSITIVE_INFINITY : share.getRowsPerS());
    }
  }

  /** What this worker may use; nothing, if there are limits and nothing of them is its own. */
  private Share share(Directive directive) {
    if (!directive.getLimited()) {
      return new Share(worker, -1.0, -1);
    }
    return directive.getShares().stream()
        .filter(s -> s.getWorkerId().equals(worker))
        .findFirst()
        .orElseGet(() -> new Share(worker, 0.0, 0));
  }
}
