package io.tidemark.reconciler.flow;

import io.tidemark.core.ledger.Finding;
import io.tidemark.core.ledger.Ledger;
import io.tidemark.core.ledger.LedgerEvent;
import io.tidemark.core.ledger.LedgerEvent.Planned;
import io.tidemark.core.ledger.LedgerEvent.Reported;
import io.tidemark.core.ledger.Tallies;
import io.tidemark.core.plan.PartitionIds;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.OrderKind;
import io.tidemark.schemas.avro.PartitionState;
import io.tidemark.schemas.avro.Tally;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
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
 * Keeps the ledger of one queue of one domain: feeds {@link Ledger}, stores and publishes each
 * entry that changed, and keeps the queue's tallies.
 *
 * <p>Entries are published at once, in the transaction that stores them. Tallies change with every
 * event and are only worth a record now and then, so they are marked dirty in memory and sent, as
 * they stand, every {@link #FLUSH}. Losing those marks does no harm: the tallies themselves are in
 * a store that commits together with the ledger and the input offsets, they are absolute, and after
 * each (re)start all of them count as dirty once.
 */
final class LedgerProcessor implements Processor<String, SpecificRecord, String, SpecificRecord> {

  private static final Logger LOG = LoggerFactory.getLogger(LedgerProcessor.class);

  /** How often dirty tallies go to the coordinator. */
  static final Duration FLUSH = Duration.ofMillis(200);

  /**
   * Names of the nodes that take what it forwards.
   *
   * @param ledger entries
   * @param tallies tallies
   * @param work descriptors of a further round
   * @param ledgerForgotten orders under the id of each partition that is forgotten: tombstones
   * @param checkpointsForgotten the same, of each that was ever reported
   */
  record Sinks(
      String ledger,
      String tallies,
      String work,
      String ledgerForgotten,
      String checkpointsForgotten) {}

  private final String domain;
  private final String checkpoints;
  private final Sinks sinks;
  private final MalformedRecords malformed;
  private final Set<String> dirty = new LinkedHashSet<>();
  private ProcessorContext<String, SpecificRecord> context;
  private KeyValueStore<String, LedgerEntry> ledger;
  private KeyValueStore<String, Tally> tallies;
  private int queue;

  /**
   * A processor that Kafka Streams initialises.
   *
   * @param checkpoints name of the domain's checkpoints topic
   */
  LedgerProcessor(String domain, String checkpoints, Sinks sinks, MalformedRecords malformed) {
    this.domain = domain;
    this.checkpoints = checkpoints;
    this.sinks = sinks;
    this.malformed = malformed;
  }

  @Override
  public void init(ProcessorContext<String, SpecificRecord> context) {
    this.context = context;
    ledger = context.getStateStore(StoreNames.ledger(domain));
    tallies = context.getStateStore(StoreNames.tallies(domain));
    queue = context.taskId().partition();
    try (KeyValueIterator<String, Tally> all = tallies.all()) {
      all.forEachRemaining(t -> dirty.add(t.key));
    }
    context.schedule(FLUSH, PunctuationType.WALL_CLOCK_TIME, this::flush);
  }

  @Override
  public void process(Record<String, SpecificRecord> record) {
    RecordMetadata at = context.recordMetadata().orElseThrow();
    switch (record.value()) {
      case Descriptor d -> apply(record, d, new Planned(d));
      case Checkpoint c -> apply(record, c.getDescriptor(), new Reported(c, at.offset()));
      case Order o -> obey(record, o);
      case null -> gone(record, at);
      default -> throw new IllegalStateException("unexpected " + record.value().getClass());
    }
  }

  private void gone(Record<String, SpecificRecord> record, RecordMetadata at) {
    // A checkpoint's tombstone is of a partition that was forgotten: this processor wrote it.
    if (record.key() == null || !at.topic().equals(checkpoints)) {
      malformed.add(
          new MalformedRecord(
              at.topic(), at.partition(), at.offset(), "no value", record.timestamp()));
    }
  }

  private void obey(Record<String, SpecificRecord> record, Order order) {
    switch (order.getKind()) {
      case RETRY -> retry(record, order);
      case FORGET -> forget(record, order);
      case UNKNOWN ->
          LOG.error(
              "an order for {} that this version does not know; upgrade this reconciler",
              order.getBackfillId());
    }
    // Somebody waits for it.
    flush(context.currentSystemTimeMs());
    context.commit();
  }

  private void retry(Record<String, SpecificRecord> record, Order order) {
    List<LedgerEntry> entries = entries(order);
    for (LedgerEntry entry : entries) {
      Ledger.nextRound(entry, order.getAt())
          .ifPresent(
              next -> {
                // At once, not only when the descriptor comes back: a tally that has the order
                // must not count as failed what is tried again.
                apply(record.withKey(next.getPartitionId()), next, new Planned(next));
                context.forward(
                    new Record<>(next.getPartitionId(), next, record.timestamp()), sinks.work());
              });
    }
    if (tallies.get(order.getBackfillId()) != null) {
      count(order.getBackfillId(), t -> Tallies.ordered(t, order, entries));
    }
  }

  /** What was planned later is of another plan of the same id, and stays. */
  private void forget(Record<String, SpecificRecord> record, Order order) {
    String backfill = order.getBackfillId();
    Map<Boolean, List<LedgerEntry>> entries =
        entries(order).stream()
            .collect(
                Collectors.partitioningBy(e -> e.getDescriptor().getPlannedAt() <= order.getAt()));
    for (LedgerEntry entry : entries.get(true)) {
      String id = entry.getDescriptor().getPartitionId();
      Record<String, Order> tombstone = new Record<>(id, order, record.timestamp());
      ledger.delete(id);
      context.forward(tombstone, sinks.ledgerForgotten());
      // Where nothing was reported, a worker may be about to report the same id of a later plan.
      if (entry.getFence() >= 0) {
        context.forward(tombstone, sinks.checkpointsForgotten());
      }
    }
    tallies.delete(backfill);
    dirty.remove(backfill);
    if (entries.get(false).isEmpty()) {
      context.forward(
          new Record<>(backfill + "|" + queue, null, record.timestamp()), sinks.tallies());
    }
    entries.get(false).forEach(e -> count(backfill, t -> Tallies.changed(t, null, e)));
  }

  /** Entries that an order may be about. */
  private List<LedgerEntry> entries(Order order) {
    String only = order.getPartitionId();
    if (only != null) {
      LedgerEntry entry = ledger.get(only);
      return entry == null ? List.of() : List.of(entry);
    }
    List<LedgerEntry> entries = new ArrayList<>();
    String backfill = order.getBackfillId();
    try (KeyValueIterator<String, LedgerEntry> all =
        ledger.range(PartitionIds.start(backfill), PartitionIds.end(backfill))) {
      all.forEachRemaining(
          e -> {
            if (order.getKind() != OrderKind.RETRY || e.value.getState() == PartitionState.FAILED) {
              entries.add(e.value);
            }
          });
    }
    return entries;
  }

  private void apply(Record<String, SpecificRecord> record, Descriptor d, LedgerEvent event) {
    Optional<Finding> misplaced = misplaced(record.key(), d);
    if (misplaced.isPresent()) {
      found(d.getBackfillId(), misplaced.get());
      return;
    }
    LedgerEntry before = ledger.get(event.partition());
    Ledger.Applied applied = Ledger.apply(before, event);
    applied.finding().ifPresent(f -> found(d.getBackfillId(), f));
    LedgerEntry after = applied.entry();
    if (changed(before, after)) {
      ledger.put(event.partition(), after);
      count(d.getBackfillId(), t -> Tallies.changed(t, before, after));
      context.forward(new Record<>(event.partition(), after, record.timestamp()), sinks.ledger());
    }
  }

  @SuppressWarnings("ReferenceEquality") // The ledger returns the same instance if nothing changed.
  private static boolean changed(LedgerEntry before, LedgerEntry after) {
    return before != after;
  }

  /**
   * A record that lies where nobody would look for it: the ledger of a partition is in its queue.
   */
  private Optional<Finding> misplaced(String key, Descriptor d) {
    String id = d.getPartitionId();
    String detail;
    if (d.getQueue() != queue) {
      detail = "came on queue " + queue + ", but belongs to queue " + d.getQueue();
    } else if (!id.equals(key)) {
      detail = "came under the key '" + key + "'";
    } else if (!id.startsWith(PartitionIds.start(d.getBackfillId()))) {
      detail = "is no partition id of its backfill " + d.getBackfillId();
    } else {
      return Optional.empty();
    }
    return Optional.of(new Finding(Finding.Kind.INVALID, id, detail));
  }

  private void found(String backfill, Finding finding) {
    LOG.warn("drift on queue {} of domain {}: {}", queue, domain, finding);
    count(backfill, t -> Tallies.drifted(t, finding, context.currentSystemTimeMs()));
  }

  private void count(String backfill, UnaryOperator<Tally> change) {
    Tally had = tallies.get(backfill);
    tallies.put(backfill, change.apply(had == null ? Tallies.empty(backfill, domain, queue) : had));
    dirty.add(backfill);
  }

  private void flush(long now) {
    for (String backfill : dirty) {
      Tally tally = tallies.get(backfill);
      context.forward(new Record<>(backfill + "|" + queue, tally, now), sinks.tallies());
      if (Tallies.open(tally) == 0) {
        // Perhaps the last that the backfill's end waits for.
        context.commit();
      }
    }
    dirty.clear();
  }
}
