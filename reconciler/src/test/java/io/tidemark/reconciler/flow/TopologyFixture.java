package io.tidemark.reconciler.flow;

import io.tidemark.core.coordinator.CoordinatorSettings;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.Checkpoint;
import io.tidemark.schemas.avro.Command;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Descriptor;
import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.LedgerEntry;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.Progress;
import io.tidemark.schemas.avro.Tally;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/** The topology with one queue, without Kafka. */
public final class TopologyFixture implements AutoCloseable, LocalStores, News {

  static final Topics TOPICS = new Topics("t");

  final MalformedRecords malformed = new MalformedRecords(3);
  private final RocksDbMemory memory = new RocksDbMemory(8 << 20);
  private final TopologyTestDriver driver;
  private long nextCheckpoint;

  public TopologyFixture(Path stateDir) {
    Properties p = new Properties();
    p.put(StreamsConfig.APPLICATION_ID_CONFIG, "t-reconciler");
    p.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
    p.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, SharedRocksDb.class);
    p.put(SharedRocksDb.MEMORY, memory);
    p.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, PassOverMalformed.class);
    p.put(PassOverMalformed.RECORDS, malformed);
    driver =
        new TopologyTestDriver(
            ReconcilerTopology.build(
                TOPICS,
                List.of(Samples.DOMAIN),
                CoordinatorSettings.of(2),
                malformed,
                RecordSerdes.singleObject()),
            p,
            Instant.ofEpochMilli(1_000_000));
  }

  public void planned(Descriptor d) {
    input(TOPICS.work(Samples.DOMAIN), Descriptor.class).pipeInput(d.getPartitionId(), d);
  }

  /** Reports; returns the record's offset, a claim's fence. */
  public long reported(Checkpoint c) {
    reported(c.getDescriptor().getPartitionId(), c);
    return nextCheckpoint - 1;
  }

  void reported(String key, Checkpoint c) {
    input(TOPICS.checkpoints(Samples.DOMAIN), Checkpoint.class).pipeInput(key, c);
    nextCheckpoint++;
  }

  public void plan(Plan p) {
    input(TOPICS.plans(), Plan.class).pipeInput(p.getBackfillId(), p);
  }

  public void command(Command c) {
    input(TOPICS.commands(), Command.class).pipeInput(c.getBackfillId(), c);
  }

  public void heartbeat(WorkerHeartbeat w) {
    input(TOPICS.workers(), WorkerHeartbeat.class).pipeInput(w.getWorkerId(), w);
  }

  void raw(String topic, byte[] value) {
    driver
        .createInputTopic(topic, new StringSerializer(), new ByteArraySerializer())
        .pipeInput("k", value);
    if (topic.equals(TOPICS.checkpoints(Samples.DOMAIN))) {
      nextCheckpoint++;
    }
  }

  /** Lets tallies flow and the coordinator look at them. */
  public void settle() {
    pass(Duration.ofMillis(200));
    pass(Duration.ofMillis(200));
  }

  void pass(Duration time) {
    driver.advanceWallClockTime(time);
  }

  private <T extends SpecificRecord> TestInputTopic<String, T> input(String topic, Class<T> type) {
    return driver.createInputTopic(topic, new StringSerializer(), AvroSerde.of(type));
  }

  List<Alert> alerts() {
    return output(TOPICS.alerts(), Alert.class).stream().map(kv -> kv.value).toList();
  }

  List<KeyValue<String, LedgerEntry>> ledgerTopic() {
    return output(TOPICS.ledger(Samples.DOMAIN), LedgerEntry.class);
  }

  List<KeyValue<String, Progress>> progressTopic() {
    return output(TOPICS.progress(), Progress.class);
  }

  List<KeyValue<String, Directive>> directiveTopic() {
    return output(TOPICS.directives(), Directive.class);
  }

  List<KeyValue<String, Tally>> tallyTopic() {
    return output(ReconcilerTopology.tallies(TOPICS), Tally.class);
  }

  /** Descriptors that the reconciler itself published. */
  List<Descriptor> republished() {
    return output(TOPICS.work(Samples.DOMAIN), Descriptor.class).stream()
        .map(kv -> kv.value)
        .toList();
  }

  List<Decision> decisions() {
    return output(TOPICS.decisions(), Decision.class).stream().map(kv -> kv.value).toList();
  }

  @Override
  public Latest lately() {
    return next();
  }

  @Override
  public Latest next() {
    return new Latest(alerts(), decisions());
  }

  /** Topic and key of every tombstone. */
  List<String> tombstones() {
    return Stream.of(
            TOPICS.ledger(Samples.DOMAIN),
            TOPICS.checkpoints(Samples.DOMAIN),
            ReconcilerTopology.tallies(TOPICS),
            TOPICS.plans(),
            TOPICS.progress())
        .flatMap(
            topic ->
                driver
                    .createOutputTopic(topic, new StringDeserializer(), new ByteArrayDeserializer())
                    .readKeyValuesToList()
                    .stream()
                    .filter(kv -> kv.value == null)
                    .map(kv -> topic + " " + kv.key))
        .toList();
  }

  private <T extends SpecificRecord> List<KeyValue<String, T>> output(String topic, Class<T> type) {
    TestOutputTopic<String, T> out =
        driver.createOutputTopic(topic, new StringDeserializer(), AvroSerde.of(type));
    return out.readKeyValuesToList();
  }

  LedgerEntry entry(String partition) {
    return this.<LedgerEntry>store(StoreNames.ledger(Samples.DOMAIN)).get(partition);
  }

  List<LedgerEntry> ledger() {
    return values(store(StoreNames.ledger(Samples.DOMAIN)));
  }

  Tally tally(String backfill) {
    return this.<Tally>store(StoreNames.tallies(Samples.DOMAIN)).get(backfill);
  }

  public Progress progress(String backfill) {
    return this.<Progress>store(StoreNames.PROGRESS).get(backfill);
  }

  Directive directive(String backfill) {
    return this.<Directive>store(StoreNames.DIRECTIVES).get(backfill);
  }

  List<WorkerHeartbeat> workers() {
    return values(store(StoreNames.WORKERS));
  }

  @Override
  public <V> ReadOnlyKeyValueStore<String, V> single(String name) {
    return store(name);
  }

  @Override
  public <V> List<ReadOnlyKeyValueStore<String, V>> perQueue(String name, String domain) {
    return List.of(store(name));
  }

  private <V> KeyValueStore<String, V> store(String name) {
    return driver.getKeyValueStore(name);
  }

  private static <V> List<V> values(KeyValueStore<String, V> store) {
    List<V> values = new ArrayList<>();
    try (KeyValueIterator<String, V> all = store.all()) {
      all.forEachRemaining(e -> values.add(e.value));
    }
    return values;
  }

  @Override
  public void close() {
    driver.close();
    memory.close();
  }
}
