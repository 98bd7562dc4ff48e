package io.tidemark.reconciler.flow;

import io.tidemark.core.coordinator.Alerts;
import io.tidemark.core.coordinator.Coordinator;
import io.tidemark.core.coordinator.CoordinatorEffect;
import io.tidemark.core.coordinator.CoordinatorEvent;
import io.tidemark.core.coordinator.CoordinatorEvent.CommandSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.PlanSeen;
import io.tidemark.core.coordinator.CoordinatorEvent.TallySeen;
import io.tidemark.core.coordinator.CoordinatorEvent.Tick;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  private final List<String> domains;
  private final int maxRunning;
  private final String progressSink;
  private final String directiveSink;
  private final String alertSink;
  private final MalformedRecords malformed;
  private ProcessorContext<String, SpecificRecord> context;
  private KeyValueStore<String, Plan> plans;
  private KeyValueStore<String, Tally> tallies;
  private KeyValueStore<String, Progress> progress;
  private KeyValueStore<String, Directive> directives;
  private KeyValueStore<String, WorkerHeartbeat> workers;
  private KeyValueStore<String, Command> commands;
  private Coordinator coordinator;

  /**
   * A processor that Kafka Streams initialises.
   *
   * @param domains those that this reconciler serves
   * @param maxRunning backfills admitted at the same time, at least 1
   * @param progressSink name of the node that takes progress
   * @param directiveSink name of the node that takes directives
   * @param alertSink name of the node that takes alerts
   */
  CoordinatorProcessor(
      List<String> domains,
      int maxRunning,
      String progressSink,
      String directiveSink,
      String alertSink,
      MalformedRecords malformed) {
    this.domains = domains;
    this.maxRunning = maxRunning;
    this.progressSink = progressSink;
    this.directiveSink = directiveSink;
    this.alertSink = alertSink;
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
    commands = context.getStateStore(StoreNames.COMMANDS);
    coordinator =
        new Coordinator(
            maxRunning, values(plans), values(tallies), values(progress), values(directives));
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
      case null -> malformed(record, "no value");
      default -> throw new IllegalStateException("unexpected " + record.value().getClass());
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
    for (Alert a : Alerts.overtaken(before, beat, now)) {
      LOG.warn("alert {}: {}. {}", a.getKind(), a.getMessage(), a.getRemedy());
      context.forward(new Record<>(a.getBackfillId(), a, now), alertSink);
    }
  }

  private void command(Record<String, SpecificRecord> record, Command c) {
    if (c.getType() == CommandType.UNKNOWN) {
      malformed(record, "a command that this version does not know; upgrade the reconciler");
      return;
    }
    if (plans.get(c.getBackfillId()) == null) {
      LOG.warn(
          "{} from {} is ignored: there is no backfill {}",
          c.getType(),
          c.getWho(),
          c.getBackfillId());
      return;
    }
    long now = context.currentSystemTimeMs();
    Command heard = Command.newBuilder(c).setAt(now).build();
    if (commands.putIfAbsent(c.getCommandId(), heard) != null) {
      LOG.info("{} of {} from {} came again", c.getType(), c.getBackfillId(), c.getWho());
      return;
    }
    LOG.info("{} of {} from {}", c.getType(), c.getBackfillId(), c.getWho());
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
    context.forward(new Record<>(next.getBackfillId(), next, now), progressSink);
  }

  private void put(Directive next, long now) {
    directives.put(next.getBackfillId(), next);
    context.forward(new Record<>(next.getBackfillId(), next, now), directiveSink);
    context.commit(); // workers wait for it
  }

  private void prune(long now) {
    for (WorkerHeartbeat w : values(workers)) {
      if (now - w.getAt() > SILENT_MS) {
        workers.delete(w.getWorkerId());
      }
    }
    for (Command c : values(commands)) {
      if (now - c.getAt() > REMEMBERED_MS) {
        commands.delete(c.getCommandId());
      }
    }
  }
}
