package io.tidemark.reconciler.flow;

import io.tidemark.core.coordinator.Alerts;
import io.tidemark.core.coordinator.Coordinator;
import io.tidemark.core.coordinator.CoordinatorEffect;
import io.tidemark.core.coordinator.CoordinatorEvent;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.HeartbeatSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallyGone;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds the one {@link Coordinator} and carries out what it decides. What it heard and wrote is in
 * stores that commit together with the input offsets; after a (re)start the coordinator is made
 * anew from them.
 */
final class CoordinatorProcessor
    implements Processor<String, SpecificRecord, String, SpecificRecord> {

  private static final Logger LOG = LoggerFactory.getLogger(CoordinatorProcessor.class);

  /** How often the coordinator hears that time passes. */
  static final Duration TICK = Duration.ofMillis(200);

  private static final Duration PRUNE = Duration.ofMinutes(1);

  /** A worker silent for this long is forgotten, as its topic's retention forgets it. */
  private static final long SILENT_MS = Duration.ofDays(1).toMillis();

  /** A command is remembered as long as its topic keeps it, and a day more. */
  private static final long REMEMBERED_MS = Duration.ofDays(31).toMillis();

  /** Names of the nodes that take what it forwards. */
  record Sinks(String progress, String directives, String decisions, String alerts, String plans) {}

  private final List<String> domains;
  private final CoordinatorSettings settings;
  private final Sinks sinks;
  private final UnaryOperator<String> ordersOf;
  private final MalformedRecords malformed;
  private ProcessorContext<String, SpecificRecord> context;
  private KeyValueStore<String, Plan> plans;
  private KeyValueStore<String, Tally> tallies;
  private KeyValueStore<String, Progress> progress;
  private KeyValueStore<String, Directive> directives;
  private KeyValueStore<String, WorkerHeartbeat> workers;
  private KeyValueStore<String, Decision> decisions;
  private KeyValueStore<String, Alert> alerts;
  private Coordinator coordinator;

  /**
   * A processor that Kafka Streams initialises.
   *
   * @param domains those that this reconciler serves
   * @param settings of the coordinator
   * @param sinks nodes that take what it forwards
   * @param ordersOf node that takes the orders to the ledgers of a domain
   */
  CoordinatorProcessor(
      List<String> domains,
      CoordinatorSettings settings,
      Sinks sinks,
      UnaryOperator<String> ordersOf,
      MalformedRecords malformed) {
    this.domains = domains;
    this.settings = settings;
    this.sinks = sinks;
    this.ordersOf = ordersOf;
    this.malformed = malformed;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> context) {
    this.context = context;
    plans = context.getStateStore(StoreNames.PLANS);
    tallies = context.getStateStore(StoreNames.COORDINATOR_TALLIES);
    progress = context.getStateStore(StoreNames.PROGRESS);
    directives = context.getStateStore(StoreNames.DIRECTIVES);
    workers = context.getStateStore(StoreNames.WORKERS);
    decisions = context.getStateStore(StoreNames.DECISIONS);
    alerts = context.getStateStore(StoreNames.ALERTS);
    coordinator =
        new Coordinator(
            settings,
            new Coordinator.Memory(
                values(plans),
                values(tallies),
                values(progress),
                values(directives),
                values(workers),
                values(alerts)),
            context.currentSystemTimeMs());
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, now -> hear(new Tick(), now));
    context.schedule(PRUNE, PunctuationType.WALL_CLOCK_TIME, this::prune);
  }

  private static <V> List<V> values(KeyValueStore<String, V> store) {
    List<V> values = new ArrayList<>();
    try (KeyValueIterator<String, V> all = store.all()) {
      all.forEachRemaining(e -> values.add(e.value));
    }
    return values;
  }

  @Override
  public void process(Record<String, SpecificRecord> record) {
    switch (record.value()) {
      case Plan p -> plan(record, p);
      case Tally t when record.key() == null -> malformed(record, "a tally without a key");
      case Tally t -> {
        tallies.put(record.key(), t);
        hear(new TallySeen(t));
      }
      case WorkerHeartbeat w -> heartbeat(w);
      case Command c -> command(record, c);
      case null -> gone(record);
      default -> throw new IllegalStateException("unexpected " + record.value().getClass());
    }
  }

  /** Tallies and plans are dropped by this topology itself, when a backfill is archived. */
  private void gone(Record<String, SpecificRecord> record) {
    String key = record.key();
    if (key == null) {
      malformed(record, "no value");
      return;
    }
    int bar = key.lastIndexOf('|');
    if (bar > 0 && tallies.delete(key) != null) {
      hear(new TallyGone(key.substring(0, bar), Integer.parseInt(key.substring(bar + 1))));
    }
  }

  private void plan(Record<String, SpecificRecord> record, Plan p) {
    if (p.getState() == PlanState.UNKNOWN) {
      malformed(record, "a plan state that this version does not know; upgrade the reconciler");
    } else if (!p.getBackfillId().equals(record.key())) {
      malformed(record, "the plan of " + p.getBackfillId() + " under another key");
    } else {
      if (!domains.contains(p.getDomain())) {
        LOG.error(
            "backfill {} will not be seen to proceed: its domain {} is not in the setting domains",
            p.getBackfillId(),
            p.getDomain());
      }
      plans.put(p.getBackfillId(), p);
      hear(new PlanSeen(p));
    }
  }

  private void heartbeat(WorkerHeartbeat beat) {
    WorkerHeartbeat before = workers.get(beat.getWorkerId());
    workers.put(beat.getWorkerId(), beat);
    long now = context.currentSystemTimeMs();
    Alerts.overtaken(before, beat, now).forEach(a -> put(a, now));
    hear(new HeartbeatSeen(beat), now);
  }

  private void command(Record<String, SpecificRecord> record, Command c) {
    if (c.getType() == CommandType.UNKNOWN) {
      malformed(record, "a command that this version does not know; upgrade the reconciler");
      return;
    }
    Decision before = decisions.get(c.getCommandId());
    if (before != null) {
      LOG.info("{} of {} from {} came again", c.getType(), c.getBackfillId(), c.getWho());
      answer(before, context.currentSystemTimeMs());
      return;
    }
    Plan plan = plans.get(c.getBackfillId());
    long now = context.currentSystemTimeMs();
    if (plan != null && !domains.contains(plan.getDomain())) {
      put(
          new Decision(
              c,
              false,
              "its domain " + plan.getDomain() + " is not in the reconciler's setting domains",
              now),
          now);
      return;
    }
    hear(new CommandSeen(c));
  }

  private void malformed(Record<String, SpecificRecord> record, String message) {
    RecordMetadata at = context.recordMetadata().orElseThrow();
    malformed.add(
        new MalformedRecord(at.topic(), at.partition(), at.offset(), message, record.timestamp()));
  }

  private void hear(CoordinatorEvent event) {
    hear(event, context.currentSystemTimeMs());
  }

  private void hear(CoordinatorEvent event, long now) {
    for (CoordinatorEffect effect : coordinator.on(event, now)) {
      switch (effect) {
        case CoordinatorEffect.PutProgress e -> put(e.progress(), now);
        case CoordinatorEffect.PutDirective e -> put(e.directive(), now);
        case CoordinatorEffect.PutDecision e -> put(e.decision(), now);
        case CoordinatorEffect.PutAlert e -> put(e.alert(), now);
        case CoordinatorEffect.PutOrder e ->
            context.forward(
                new Record<>(e.order().getBackfillId(), e.order(), now),
                ordersOf.apply(e.order().getDomain()));
        case CoordinatorEffect.Forget e -> forget(e.backfill(), now);
      }
    }
  }

  private void put(Progress next, long now) {
    Progress had = progress.get(next.getBackfillId());
    if (had == null || had.getState() != next.getState()) {
      LOG.info(
          "backfill {}: {} → {}{}",
          next.getBackfillId(),
          had == null ? "new" : had.getState(),
          next.getState(),
          next.getReason().isEmpty() ? "" : " (" + next.getReason() + ")");
      context.commit(); // people and programs wait for it
    }
    progress.put(next.getBackfillId(), next);
    context.forward(new Record<>(next.getBackfillId(), next, now), sinks.progress());
  }

  private void put(Directive next, long now) {
    directives.put(next.getBackfillId(), next);
    context.forward(new Record<>(next.getBackfillId(), next, now), sinks.directives());
    context.commit(); // workers wait for it
  }

  private void put(Decision decision, long now) {
    Command c = decision.getCommand();
    LOG.info(
        "{} of {} from {}: {}{}",
        c.getType(),
        c.getBackfillId(),
        c.getWho(),
        decision.getAccepted() ? "accepted" : "refused",
        decision.getAnswer().isEmpty() ? "" : ", " + decision.getAnswer());
    decisions.put(c.getCommandId(), decision);
    answer(decision, now);
  }

  private void answer(Decision decision, long now) {
    context.forward(
        new Record<>(decision.getCommand().getBackfillId(), decision, now), sinks.decisions());
    context.commit(); // whoever asked waits for it
  }

  private void put(Alert a, long now) {
    boolean news = a.getResolvedAt() == null || a.getResolvedAt() == a.getAt();
    if (news) {
      LOG.warn("alert {}: {}. {}", a.getKind(), a.getMessage(), a.getRemedy());
    } else {
      LOG.info("alert {} is over: {}", a.getKind(), a.getMessage());
    }
    alerts.put(a.getAlertId(), a);
    context.forward(new Record<>(a.getBackfillId(), a, now), sinks.alerts());
  }

  private void forget(String backfill, long now) {
    plans.delete(backfill);
    progress.delete(backfill);
    context.forward(new Record<>(backfill, null, now), sinks.plans());
    context.forward(new Record<>(backfill, null, now), sinks.progress());
    context.commit();
  }

  private void prune(long now) {
    for (WorkerHeartbeat w : values(workers)) {
      if (now - w.getAt() > SILENT_MS) {
        workers.delete(w.getWorkerId());
      }
    }
    for (Decision d : values(decisions)) {
      if (now - d.getAt() > REMEMBERED_MS) {
        decisions.delete(d.getCommand().getCommandId());
      }
    }
    for (Alert a : values(alerts)) {
      boolean stands = a.getResolvedAt() == null && plans.get(a.getBackfillId()) != null;
      if (!stands && now - a.getAt() > REMEMBERED_MS) {
        alerts.delete(a.getAlertId());
      }
    }
  }
}
