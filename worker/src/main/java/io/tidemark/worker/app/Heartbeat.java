package io.tidemark.worker.app;

import io.tidemark.core.worker.WorkerCore;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.worker.status.Vitals;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the worker's sign of life every two seconds, from the loop's thread, without waiting. */
final class Heartbeat implements Runnable, AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final long EVERY_MS = 2_000;
  private static final long COMPLAIN_MS = 60_000;

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Vitals vitals;
  private final WorkerCore core;
  private final Clock clock;
  private final AvroSerde<WorkerHeartbeat> serde = AvroSerde.of(WorkerHeartbeat.class);
  private long last;
  private long complained;

  Heartbeat(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      Vitals vitals,
      WorkerCore core,
      Clock clock) {
    this.producer = producer;
    this.topic = topic;
    this.vitals = vitals;
    this.core = core;
    this.clock = clock;
    this.complained = clock.millis();
  }

  @Override
  public void run() {
    long now = clock.millis();
    if (now - last < EVERY_MS) {
      return;
    }
    last = now;
    Set<String> held = core.heldBackfills();
    if (!held.isEmpty() && now - complained >= COMPLAIN_MS) {
      complained = now;
      log.warn("{} wait for a directive: is a reconciler running, and are they admitted?", held);
    }
    WorkerHeartbeat beat = vitals.beat(core.queues(), held, now);
    var unused = // its callback says all there is to say
        producer.send(
            new ProducerRecord<>(
                topic,
                beat.getWorkerId().getBytes(StandardCharsets.UTF_8),
                serde.serialize(topic, beat)),
            (metadata, e) -> {
              if (e != null) {
                log.debug("a heartbeat was not written", e);
              }
            });
  }

  @Override
  public void close() {
    producer.close(Duration.ofSeconds(2));
  }
}
