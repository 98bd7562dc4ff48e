package io.tidemark.reconciler.flow;

import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Order;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The reconciler's data flow (DESIGN §3.8).
 *
 * <pre>
 * for each domain d, one task a queue:
 *   work.d, checkpoints.d, orders.d ──▶ LedgerProcessor (ledger-d, tallies-d)
 *       ──▶ ledger.d, same queue; tallies; work.d (retries); tombstones of what is archived
 * once, one task:
 *   plans, tallies, workers, commands ──▶ CoordinatorProcessor
 *       ──▶ progress, directives, decisions, alerts, orders.d; tombstones of plans
 * </pre>
 *
 * <p>Internal, written and read by the reconciler alone: {@code <namespace>.tallies}, one Kafka
 * partition, compacted, key {@code <backfill>|<queue>}; its values are absolute, so one that is
 * repeated or folded into the next does no harm. And {@code <namespace>.orders.<d>}, as many Kafka
 * partitions as there are queues: what the coordinator asks of ledgers (ADR 15).
 *
 * <p>The coordinator comes first and the domains in the order of the settings, because Kafka
 * Streams numbers its tasks, and with them the folders of local state, in that order: a domain
 * added at the end leaves all others where they are; elsewhere, they are restored from their
 * changelogs.
 */
public final class ReconcilerTopology {

  private static final CoordinatorProcessor.Sinks SINKS =
      new CoordinatorProcessor.Sinks(
          "progress-out", "directives-out", "decisions-out", "alerts-out", "plans-out");

  private final Topology topology = new Topology();
  private final Topics topics;
  private final MalformedRecords malformed;
  private final RecordSerdes serdes;

  private ReconcilerTopology(Topics topics, MalformedRecords malformed, RecordSerdes serdes) {
    this.topics = topics;
    this.malformed = malformed;
    this.serdes = serdes;
  }

  /**
   * Builds the topology.
   *
   * @param domains those to serve, at least one
   * @param settings of the coordinator
   * @param malformed takes records that make no sense; it is given to {@link PassOverMalformed},
   *     too
   * @param serdes how records travel; what only reconcilers write and read stays as it is without a
   *     registry
   */
  public static Topology build(
      Topics topics,
      List<String> domains,
      CoordinatorSettings settings,
      MalformedRecords malformed,
      RecordSerdes serdes) {
    ReconcilerTopology t = new ReconcilerTopology(topics, malformed, serdes);
    t.coordinator(domains, settings);
    domains.forEach(t::domain);
    return t.topology;
  }

  /** Name of the internal topic between the two halves. */
  public static String tallies(Topics topics) {
    return topics.namespace() + ".tallies";
  }

  /** Name of a domain's internal topic between the two halves, the other way. */
  public static String orders(Topics topics, String domain) {
    return topics.namespace() + ".orders." + domain;
  }

  private void coordinator(List<String> domains, CoordinatorSettings settings) {
    source("plans-in", Plan.class, topics.plans());
    source("tallies-in", Tally.class, tallies(topics));
    source("workers-in", WorkerHeartbeat.class, topics.workers());
    source("commands-in", Command.class, topics.commands());
    String node = "coordinator";
    topology.addProcessor(
        node,
        () ->
            new CoordinatorProcessor(
                domains, settings, SINKS, ReconcilerTopology::ordersOut, malformed),
        "plans-in",
        "tallies-in",
        "workers-in",
        "commands-in");
    topology.addStateStore(persistent(StoreNames.PLANS, Plan.class), node);
    topology.addStateStore(persistent(StoreNames.COORDINATOR_TALLIES, Tally.class), node);
    topology.addStateStore(persistent(StoreNames.PROGRESS, Progress.class), node);
    topology.addStateStore(persistent(StoreNames.DIRECTIVES, Directive.class), node);
    topology.addStateStore(persistent(StoreNames.WORKERS, WorkerHeartbeat.class), node);
    topology.addStateStore(persistent(StoreNames.DECISIONS, Decision.class), node);
    topology.addStateStore(persistent(StoreNames.ALERTS, Alert.class), node);
    sink(SINKS.progress(), Progress.class, topics.progress(), node);
    sink(SINKS.directives(), Directive.class, topics.directives(), node);
    sink(SINKS.decisions(), Decision.class, topics.decisions(), node);
    sink(SINKS.alerts(), Alert.class, topics.alerts(), node);
    sink(SINKS.plans(), Plan.class, topics.plans(), node);
    for (String domain : domains) {
      toQueue(ordersOut(domain), Order.class, orders(topics, domain), Order::getQueue, node);
    }
  }

  private static String ordersOut(String domain) {
    return "orders-out-" + domain;
  }

  private void domain(String domain) {
    String work = "work-in-" + domain;
    String checkpoints = "checkpoints-in-" + domain;
    String node = "ledger-of-" + domain;
    String orders = "orders-in-" + domain;
    LedgerProcessor.Sinks sinks =
        new LedgerProcessor.Sinks(
            "ledger-out-" + domain,
            "tallies-out-" + domain,
            "work-out-" + domain,
            "ledger-forgotten-" + domain,
            "checkpoints-forgotten-" + domain);
    source(work, Descriptor.class, topics.work(domain));
    source(checkpoints, Checkpoint.class, topics.checkpoints(domain));
    source(orders, Order.class, orders(topics, domain));
    topology.addProcessor(
        node,
        () -> new LedgerProcessor(domain, topics.checkpoints(domain), sinks, malformed),
        work,
        checkpoints,
        orders);
    topology.addStateStore(persistent(StoreNames.ledger(domain), LedgerEntry.class), node);
    // One value for each backfill, changed by every event: kept in memory, and cached so that the
    // changelog gets one record a commit and not one an event.
    topology.addStateStore(
        store(Stores.inMemoryKeyValueStore(StoreNames.tallies(domain)), Tally.class)
            .withCachingEnabled(),
        node);
    toQueue(
        sinks.ledger(),
        LedgerEntry.class,
        topics.ledger(domain),
        entry -> entry.getDescriptor().getQueue(),
        node);
    toQueue(sinks.work(), Descriptor.class, topics.work(domain), Descriptor::getQueue, node);
    sink(sinks.tallies(), Tally.class, tallies(topics), node);
    tombstones(sinks.ledgerForgotten(), topics.ledger(domain), node);
    tombstones(sinks.checkpointsForgotten(), topics.checkpoints(domain), node);
  }

  /** How a record travels: one that leaves the reconciler, as everybody reads it. */
  private <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
    return type == Tally.class || type == Order.class ? AvroSerde.of(type) : serdes.of(type);
  }

  private <T extends SpecificRecord> void source(String node, Class<T> type, String topic) {
    topology.addSource(node, Serdes.String().deserializer(), serde(type).deserializer(), topic);
  }

  private <T extends SpecificRecord> void sink(
      String node, Class<T> type, String topic, String parent) {
    topology.addSink(node, topic, Serdes.String().serializer(), serde(type).serializer(), parent);
  }

  /** A sink that chooses the Kafka partition by what the record says. */
  private <T extends SpecificRecord> void toQueue(
      String node, Class<T> type, String topic, Function<T, Integer> queue, String parent) {
    topology.<String, T>addSink(
        node,
        topic,
        Serdes.String().serializer(),
        serde(type).serializer(),
        (name, key, value, queues) -> Optional.of(Set.of(queue.apply(value))),
        parent);
  }

  /** A sink that writes a tombstone for each order that reaches it, on the order's queue. */
  private void tombstones(String node, String topic, String parent) {
    topology.<String, Order>addSink(
        node,
        topic,
        Serdes.String().serializer(),
        (name, order) -> null,
        (name, key, order, queues) -> Optional.of(Set.of(order.getQueue())),
        parent);
  }

  private static <T extends SpecificRecord> StoreBuilder<KeyValueStore<String, T>> persistent(
      String name, Class<T> type) {
    return store(Stores.persistentKeyValueStore(name), type);
  }

  private static <T extends SpecificRecord> StoreBuilder<KeyValueStore<String, T>> store(
      KeyValueBytesStoreSupplier supplier, Class<T> type) {
    Serde<T> values = AvroSerde.of(type);
    return Stores.keyValueStoreBuilder(supplier, Serdes.String(), values);
  }
}
