package io.tidemark.connectors.kafka;

import io.tidemark.connectors.api.Claim;
import io.tidemark.connectors.api.Manifest;
import io.tidemark.connectors.api.RowFormat;
import io.tidemark.connectors.api.Sink;
import io.tidemark.connectors.api.SinkWriter;
import io.tidemark.connectors.api.SourceShape;
import io.tidemark.connectors.columns.AvroNames;
import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.core.retry.FencedException;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.registry.RegistryRecords;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A topic, written in one transaction for each chunk: its rows and, on a compacted topic beside it,
 * a record of the partition's {@link StoredProgress}. A reader under read_committed sees both or
 * neither.
 *
 * <p>The transactional id is the partition's, so whoever opens it ends what a former claimant holds
 * open and makes the cluster refuse that one's producer. Then the progress is read to its end, and
 * a claim older than the one found there withdraws. If an older claim opens after a newer one, both
 * come to know: the older by the progress, the newer by a refusal after which it opens again.
 *
 * <p>A backfill that writes Avro without a registry leaves the schema on the progress topic, under
 * the key {@code schema/} and its fingerprint.
 */
final class KafkaSink implements Sink {

  private static final Logger log = LoggerFactory.getLogger(KafkaSink.class);
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final Duration APPEAR = Duration.ofSeconds(30);
  private static final Duration CLOSE = Duration.ofSeconds(5);

  private final SinkSettings settings;
  private final KafkaErrors errors;
  private final Optional<RegistryRecords> registry;
  private TopicAdmin admin;
  private ProgressReader committed;
  private ProgressReader tried;

  KafkaSink(SinkSettings settings) throws TaskException {
    this.settings = settings;
    this.errors = new KafkaErrors(settings.endpoint());
    this.registry =
        settings.avro().isPresent() ? settings.avro().get().records(Side.SINK) : Optional.empty();
  }

  @Override
  public List<RowFormat> accepts(SourceShape source) {
    return List.of(RowFormat.RECORDS);
  }

  @Override
  public List<String> obstacles(SourceShape source, RowFormat format) {
    return List.of("records of a topic are written from records");
  }

  @Override
  public void check(SourceShape source) throws TaskException {
    Optional<TopicAdmin.Topic> topic = admin().find(settings.endpoint().topic());
    boolean keyed = rows(source, topic.map(TopicAdmin.Topic::partitions).orElse(0)).keyed();
    if (topic.isEmpty() && !settings.create()) {
      throw errors.fatal(
          "the topic is not there, and create is never; create it, or set create: if-missing");
    }
    refuseWithout(topic, settings.endpoint().topic(), List.of(AclOperation.WRITE));
    if (topic.isPresent() && !keyed && cleanup(settings.endpoint().topic()).contains("compact")) {
      throw errors.fatal(
          "the topic is compacted, and takes no record without a key; name key columns as key");
    }
    checkProgress();
  }

  private void checkProgress() throws TaskException {
    Optional<TopicAdmin.Topic> progress = admin().find(settings.progressTopic());
    refuseWithout(
        progress, settings.progressTopic(), List.of(AclOperation.READ, AclOperation.WRITE));
    // Progress that is deleted by its age would have rows written twice.
    if (progress.isPresent() && cleanup(settings.progressTopic()).contains("delete")) {
      throw errors.fatal(
          "topic "
              + settings.progressTopic()
              + " is not only compacted, so progress would be lost; set its cleanup.policy to"
              + " compact, or name another one as progressTopic");
    }
    if (progress.isPresent() && progress.get().partitions() < ProgressReader.PARTITIONS) {
      throw errors.fatal(
          "the topic "
              + settings.progressTopic()
              + " has "
              + progress.get().partitions()
              + " partitions, and progress needs "
              + ProgressReader.PARTITIONS
              + "; add some, or name another one as progressTopic");
    }
  }

  /** What cleans a topic up; empty if it is not told. */
  private String cleanup(String topic) throws TaskException {
    return admin().cleanup(topic).orElse("");
  }

  private void refuseWithout(
      Optional<TopicAdmin.Topic> topic, String name, List<AclOperation> needed)
      throws TaskException {
    // An empty set: the cluster does not tell.
    if (topic.isPresent()
        && !topic.get().allowed().isEmpty()
        && !topic.get().allowed().containsAll(needed)) {
      throw errors.fatal(
          "the spec's user may not "
              + String.join(" and ", needed.stream().map(AclOperation::name).toList())
              + " topic "
              + name
              + " (it may "
              + topic.get().allowed()
              + "); grant it, such as by kafka-acls.sh --add --allow-principal User:... --operation "
              + needed.getLast().name().toLowerCase(Locale.ROOT)
              + " --topic "
              + name);
    }
  }

  private RowWriter rows(SourceShape source, int partitions) throws TaskException {
    String topic = settings.endpoint().topic();
    return new RowWriter(
        settings,
        source,
        partitions,
        fields ->
            switch (settings.format()) {
              case STRING -> ValueWriter.text(fields);
              case BYTES -> ValueWriter.bytes(fields);
              case JSON -> ValueWriter.json(fields);
              case AVRO ->
                  ValueWriter.avro(settings.avro().orElseThrow().form(), topic, fields, registry);
            });
  }

  @Override
  public void checkUnused(String backfill) throws TaskException {
    if (admin().find(settings.progressTopic()).isEmpty()) {
      return;
    }
    Optional<String> found = Optional.empty();
    try (ProgressReader reader = reader("read_committed", backfill);
        ProgressReader ends = reader("read_uncommitted", backfill)) {
      for (int place = 0; place < ProgressReader.PARTITIONS && found.isEmpty(); place++) {
        found = reader.any(place, ends.end(place), PATIENCE);
      }
    }
    if (found.isPresent()) {
      throw errors.fatal(
          "topic "
              + settings.progressTopic()
              + " holds progress of "
              + found.get()
              + ", but this Kafka cluster has no plan of "
              + backfill
              + ": it ran on another one, or its topics were lost. Nothing was changed. To write"
              + " its rows again, empty "
              + settings.endpoint().topic()
              + " and "
              + settings.progressTopic()
              + "; or give the spec a new name");
    }
  }

  @Override
  public void prepare(SourceShape source) throws TaskException {
    check(source);
    create(settings.endpoint().topic(), settings.partitions(), settings.topicConfig());
    create(
        settings.progressTopic(),
        Optional.of(ProgressReader.PARTITIONS),
        Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    // Whether transactions are allowed is known when one is tried.
    Producer<byte[], byte[]> producer = producer("check-" + settings.endpoint().topic());
    try {
      producer.initTransactions();
      producer.beginTransaction();
      if (registry.isPresent()) {
        registry.get().prepare(settings.endpoint().topic(), false, schema(source));
      } else if (settings.avro().isPresent()) {
        publish(producer, schema(source));
      }
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw errors.of("trying a transaction", e);
    } finally {
      close(producer);
    }
  }

  private Schema schema(SourceShape source) {
    List<Schema.Field> fields =
        source.schema().getFields().stream()
            .filter(
                f ->
                    settings.columns().isEmpty()
                        ? Part.of(f).isEmpty()
                        : settings.columns().contains(AvroNames.column(f)))
            .toList();
    return ValueWriter.schema(settings.endpoint().topic(), fields);
  }

  private void publish(Producer<byte[], byte[]> producer, Schema schema) {
    String key = "schema/%016x".formatted(SchemaNormalization.parsingFingerprint64(schema));
    // The commit of its transaction fails if this does.
    var unused =
        producer.send(
            new ProducerRecord<>(
                settings.progressTopic(),
                ProgressReader.place(key),
                StoredProgress.key(key),
                StoredProgress.key(schema.toString())));
  }

  private void create(String topic, Optional<Integer> partitions, Map<String, String> config)
      throws TaskException {
    if (admin().find(topic).isEmpty()) {
      admin().create(topic, partitions, settings.replication(), config);
      admin().awaitThere(topic, APPEAR);
    }
  }

  @Override
  public SinkWriter open(Claim claim, SourceShape source, RowFormat format) throws TaskException {
    if (!format.equals(RowFormat.RECORDS)) {
      throw TaskException.fatal("topics take rows as '" + RowFormat.RECORDS.id() + "' only");
    }
    RowWriter rows = rows(source, admin().get(settings.endpoint().topic()).partitions());
    readers(claim.backfill());
    refuseIfOvertaken(claim);
    Producer<byte[], byte[]> producer = producer(claim.partition());
    try {
      producer.initTransactions();
      StoredProgress found = newest(committed, claim).orElse(StoredProgress.NONE);
      if (found.fence() > claim.fence()) {
        throw fenced(claim, found);
      }
      StoredProgress raised = found.claimed(claim.fence(), claim.worker());
      producer.beginTransaction();
      var unused = producer.send(record(claim, raised)); // the commit fails if this does
      producer.commitTransaction();
      return new KafkaSinkWriter(this, claim, rows, producer, raised);
    } catch (KafkaException e) {
      close(producer);
      throw errors.of("opening partition " + claim.partition(), e);
    } catch (TaskException | RuntimeException e) {
      close(producer);
      throw e;
    }
  }

  private Producer<byte[], byte[]> producer(String id) throws TaskException {
    try {
      return new KafkaProducer<>(
          settings
              .endpoint()
              .producer(
                  "tidemark-" + id,
                  settings.transactionTimeoutMs(),
                  Settings.word(settings.compression())));
    } catch (KafkaException e) {
      throw errors.of("connecting", e);
    }
  }

  private synchronized void readers(String backfill) {
    if (committed == null) {
      committed = reader("read_committed", backfill);
      tried = reader("read_uncommitted", backfill);
    }
  }

  private ProgressReader reader(String isolation, String backfill) {
    return new ProgressReader(
        settings.endpoint(), errors, settings.progressTopic(), isolation, backfill);
  }

  private synchronized TopicAdmin admin() throws TaskException {
    if (admin == null) {
      admin = new TopicAdmin(settings.endpoint(), errors);
    }
    return admin;
  }

  KafkaErrors errors() {
    return errors;
  }

  /** The record that carries a claim's progress. */
  ProducerRecord<byte[], byte[]> record(Claim claim, StoredProgress progress) {
    return new ProducerRecord<>(
        settings.progressTopic(),
        ProgressReader.place(claim.partition()),
        StoredProgress.key(claim.partition()),
        progress.value());
  }

  /**
   * Refuses a claim when a newer one has written to the progress topic, be it committed yet or not.
   */
  void refuseIfOvertaken(Claim claim) throws TaskException {
    Optional<StoredProgress> newest = newest(tried, claim);
    if (newest.isPresent() && newest.get().fence() > claim.fence()) {
      throw fenced(claim, newest.get());
    }
  }

  private Optional<StoredProgress> newest(ProgressReader reader, Claim claim) throws TaskException {
    long end = tried.end(ProgressReader.place(claim.partition()));
    return reader.newest(claim.partition(), end, PATIENCE);
  }

  private FencedException fenced(Claim claim, StoredProgress found) {
    return new FencedException(
        claim.partition(),
        claim.fence(),
        "topic "
            + settings.progressTopic()
            + " has seen fence "
            + found.fence()
            + " of worker "
            + found.worker());
  }

  /** Ends a producer, and its transaction if one is open. */
  static void close(Producer<byte[], byte[]> producer) {
    boolean interrupted = Thread.interrupted();
    try {
      producer.close(CLOSE);
    } catch (KafkaException e) {
      log.debug("a producer did not end in order", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void finish(Manifest manifest) {
    // Rows are visible as their chunks are committed.
  }

  @Override
  public boolean needsFinish() {
    return false;
  }

  @Override
  public synchronized void close() {
    if (committed != null) {
      committed.close();
      tried.close();
    }
    if (admin != null) {
      admin.close();
    }
  }
}
