package io.tidemark.reconciler.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.core.coordinator.Watchdog;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Eviction on a real broker. */
class EvictorTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Topics topics = new Topics("t");
  private final AtomicLong clock = new AtomicLong();
  private final AtomicInteger evicted = new AtomicInteger();
  private final List<WorkerHeartbeat> beats = new ArrayList<>();

  @Test
  void shouldTakeASilentWorkerOutOfItsGroupAndFenceItsProducer(@TempDir Path dir) throws Exception {
    String topic = topics.work(Samples.DOMAIN);
    try (EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, Map.of())) {
      ClientConfig kafka = ClientConfig.of(broker.bootstrapServers());
      try (Admin admin = Admin.create(kafka.admin());
          KafkaConsumer<byte[], byte[]> member = new KafkaConsumer<>(member(kafka));
          KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(producer(kafka))) {
        admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        member.subscribe(List.of(topic));
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  member.poll(Duration.ofMillis(100));
                  return !member.assignment().isEmpty();
                });
        producer.initTransactions();
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(topic, new byte[1])).get();
        Watchdog watchdog = new Watchdog(3_000);
        Evictor evictor =
            new Evictor(() -> beats, admin, topics, watchdog, clock::get, evicted::incrementAndGet);

        pass(evictor, 3_000, "silent", "heard");
        assertThat(members(admin)).isEqualTo(1);
        pass(evictor, 4_000, "heard");

        assertThat(members(admin)).isZero();
        assertThat(evicted).hasValue(1);
        assertThatThrownBy(producer::commitTransaction)
            .isInstanceOfAny(ProducerFencedException.class, InvalidProducerEpochException.class);

        // One that the group has forgotten already is done with, and does not count.
        pass(evictor, 500, "silent", "heard");
        pass(evictor, 8_000, "heard");
        assertThat(evicted).hasValue(1);
        assertThat(watchdog.look(beats, clock.get())).isEmpty();
      }
    }
  }

  /** Time passes, while these are heard. */
  private void pass(Evictor evictor, long ms, String... workers) throws InterruptedException {
    for (long left = ms; left > 0; left -= 500) {
      long now = clock.addAndGet(500);
      for (String w : workers) {
        beat(now, w);
      }
      evictor.run();
    }
  }

  private int members(Admin admin) throws Exception {
    String group = topics.workerGroup(Samples.DOMAIN);
    return admin
        .describeConsumerGroups(List.of(group))
        .describedGroups()
        .get(group)
        .get()
        .members()
        .size();
  }

  private void beat(long at, String worker) {
    beats.removeIf(b -> b.getWorkerId().equals(worker));
    beats.add(Samples.heartbeat(worker, at));
  }

  private Map<String, Object> member(ClientConfig kafka) {
    Map<String, Object> settings = kafka.consumer();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.workerGroup(Samples.DOMAIN));
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, "silent");
    return settings;
  }

  private Map<String, Object> producer(ClientConfig kafka) {
    Map<String, Object> settings = kafka.producer();
    settings.put(
        ProducerConfig.TRANSACTIONAL_ID_CONFIG, topics.transactionalId(Samples.DOMAIN, "silent"));
    return settings;
  }
}
