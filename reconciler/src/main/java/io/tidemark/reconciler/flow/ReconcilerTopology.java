package io.tidemark.reconciler.flow;

import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 *   work.d, checkpoints.d ──▶ LedgerProcessor (ledger-d, tallies-d) ──▶ ledger.d, same queue
 *                                                                  └──▶ tallies
 * once, one task:
 *   plans, tallies, workers, commands ──▶ CoordinatorProcessor ──▶ progress, directives, alerts
 * </pre>
 *
 * <p>{@code <namespace>.tallies} is internal: one Kafka partition, compacted, key {@code
 * <backfill>|<queue>}, written and read by the reconciler alone. Its values are absolute, so one
 * that is repeated or folded into the next does no harm.
 *
 * <p>The coordinator comes first and the domains in the order of the settings, because Kafka
 * Streams numbers its tasks, and with them the folders of local state, in that order: a domain
 * added at the end leaves all others where they are; elsewhere, they are restored from their
 * changelogs.
 */
public final class ReconcilerTopology {

  private final Topology topology = new Topology();
  private final Topics topics;
  private final MalformedRecords malformed;

  private ReconcilerTopology(Topics topics, MalformedRecords malformed) {
    this.topics = topics;
    this.malformed = malformed;
  }

  /**
   * Builds the topology.
   *
   * @param domains those to serve, at least one
   * @param maxRunning backfills admitted at the same time, at least 1
   * @param malformed takes records that make no sense; it is given to {@link PassOverMalformed},
   *     too
   */
  public static Topology build(
      Topics topics, List<String> domains, int maxRunning, MalformedRecords malformed) {
    ReconcilerTopology t = new ReconcilerTopology(topics, malformed);
    t.coordinator(domains, maxRunning);
    domains.forEach(t::domain);
    return t.topology;
  }

  /** Name of the internal topic between the two halves. */
  public static String tallies(Topics topics) {
    return topics.namespace() + ".tallies";
  }

  private void coordinator(List<String> domains, int maxRunning) {
    source("plans-in", Plan.class, topics.plans());
    source("tallies-in", Tally.class, tallies(topics));
    source("workers-in", WorkerHeartbeat.class, topics.workers());
    source("commands-in", Command.class, topics.commands());
    String node = "coordinator";
    topology.addProcessor(
        node,
        () ->
            new CoordinatorProcessor(
                domains, maxRunning, "progress-out", "directives-out", "alerts-out", malformed),
        "plans-in",
        "tallies-in",
        "workers-in",
        "commands-in");
    topology.addStateStore(persistent(StoreNames.PLANS, Plan.class), node);
    topology.addStateStore(persistent(StoreNames.COORDINATOR_TALLIES, Tally.class), node);
    topology.addStateStore(persistent(StoreNames.PROGRESS, Progress.class), node);
    topology.addStateStore(persistent(StoreNames.DIRECTIVES, Directive.class), node);
    topology.addStateStore(persistent(StoreNames.WORKERS, WorkerHeartbeat.class), node);
    topology.addStateStore(persistent(StoreNames.COMMANDS, Command.class), node);
    sink("progress-out", Progress.class, topics.progress(), node);
    sink("directives-out", Directive.class, topics.directives(), node);
    sink("alerts-out", Alert.class, topics.alerts(), node);
  }

  private void domain(String domain) {
    String work = "work-in-" + domain;
    String checkpoints = "checkpoints-in-" + domain;
    String node = "ledger-of-" + domain;
    String ledgerOut = "ledger-out-" + domain;
    String talliesOut = "tallies-out-" + domain;
    source(work, Descriptor.class, topics.work(domain));
    source(checkpoints, Checkpoint.class, topics.checkpoints(domain));
    topology.addProcessor(
        node,
        () -> new LedgerProcessor(domain, ledgerOut, talliesOut, malformed),
        work,
        checkpoints);
    topology.addStateStore(persistent(StoreNames.ledger(domain), LedgerEntry.class), node);
    // One value for each backfill, changed by every event: kept in memory, and cached so that the
    // changelog gets one record a commit and not one an event.
    topology.addStateStore(
        store(Stores.inMemoryKeyValueStore(StoreNames.tallies(domain)), Tally.class)
            .withCachingEnabled(),
        node);
    topology.<String, LedgerEntry>addSink(
        ledgerOut,
        topics.ledger(domain),
        Serdes.String().serializer(),
        AvroSerde.of(LedgerEntry.class),
        (topic, id, entry, queues) -> Optional.of(Set.of(entry.getDescriptor().getQueue())),
        node);
    sink(talliesOut, Tally.class, tallies(topics), node);
  }

  private <T extends SpecificRecord> void source(String node, Class<T> type, String topic) {
    topology.addSource(node, Serdes.String().deserializer(), AvroSerde.of(type), topic);
  }

  private <T extends SpecificRecord> void sink(
      String node, Class<T> type, String topic, String parent) {
    topology.addSink(node, topic, Serdes.String().serializer(), AvroSerde.of(type), parent);
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
