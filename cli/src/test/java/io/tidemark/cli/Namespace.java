package io.tidemark.cli;

import io.tidemark.kafka.admin.TidemarkTopics;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.reconciler.app.Reconciler;
import io.tidemark.reconciler.app.ReconcilerConfig;
import io.tidemark.schemas.avro.Plan;
import io.tidemark.schemas.avro.PlanState;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Topics of its own for each test on a broker that several share: nobody else's backfills there.
 */
final class Namespace {

  final Topics topics = new Topics("t" + UUID.randomUUID().toString().substring(0, 8));
  private final String servers;
  private final ClientConfig kafka;

  Namespace(String servers) throws Exception {
    this.servers = servers;
    this.kafka = ClientConfig.of(servers);
  }

  /** Runs a verb here. */
  Cli cli(String... args) {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("--bootstrap-server", servers, "--namespace", topics.namespace()));
    return Cli.run(all.toArray(String[]::new));
  }

  void make() throws Exception {
    TidemarkTopics.ensure(kafka, topics, Set.of(Topics.DEFAULT_DOMAIN), 1);
  }

  /** A plan of ten partitions, none of which is published. */
  void planned() throws Exception {
    planned(10);
  }

  /** A plan of so many partitions, none of which is published; without any it is over at once. */
  void planned(int partitions) throws Exception {
    make();
    put(
        topics.plans(),
        Reports.BACKFILL,
        Plan.newBuilder()
            .setBackfillId(Reports.BACKFILL)
            .setName("orders-copy")
            .setDomain(Topics.DEFAULT_DOMAIN)
            .setSpec("")
            .setFingerprint("1a2b3c4d")
            .setSourceSchema("")
            .setState(PlanState.SEALED)
            .setQueues(1)
            .setPartitions(partitions)
            .setRowsEstimated(1_000_000)
            .setCoverage(0)
            .setSinkFinish(false)
            .setCreatedAt(1_000)
            .setSealedAt(2_000L)
            .setSourceKey("postgresql://DB1/shop")
            .build());
  }

  /** A real reconciler, ready. */
  Reconciler reconciler(Path stateDir) throws Exception {
    Reconciler reconciler =
        Reconciler.start(
            ReconcilerConfig.of(
                Map.of(
                    "namespace",
                    topics.namespace(),
                    "state.dir",
                    stateDir.toString(),
                    "http.port",
                    "0",
                    "queues",
                    "1"),
                kafka));
    reconciler.awaitReady(java.time.Duration.ofMinutes(2));
    return reconciler;
  }

  @SuppressWarnings("unchecked") // The serde of a record's own class.
  <T extends SpecificRecord> void put(String topic, String key, T value) throws Exception {
    raw(topic, key, AvroSerde.of((Class<T>) value.getClass()).serialize(topic, value));
  }

  void raw(String topic, String key, byte[] value) throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value)).get();
    }
  }
}
