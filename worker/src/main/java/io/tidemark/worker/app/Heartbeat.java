package io.tidemark.worker.app;

import io.tidemark.core.worker.WorkerCore;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.worker.status.Vitals;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the worker's sign of life twice a second. In a thread of its own: the loop's may have to
 * wait, for Kafka or for lanes that drain, and a worker that waits must not be taken for dead (ADR
 * 10).
 */
final class Heartbeat implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);
  private static final long EVERY_MS = 500;
  private static final long COMPLAIN_MS = 60_000;
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** What the loop's thread last said of itself. */
  private record Pulse(Set<Integer> queues, Set<String> held, long at) {}

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Vitals vitals;
  private final WorkerCore core;
  private final Clock clock;
  private final AvroSerde<WorkerHeartbeat> serde = AvroSerde.of(WorkerHeartbeat.class);
  private final Thread thread;
  private volatile Pulse pulse = new Pulse(Set.of(), Set.of(), 0);
  private volatile boolean closed;
  private long complained;

  private Heartbeat(
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
    this.thread = Thread.ofPlatform().daemon().name("tidemark-heartbeat").unstarted(this::run);
  }

  /**
   * Starts it.
   *
   * @param core asked only by {@link #look}
   */
  static Heartbeat start(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      Vitals vitals,
      WorkerCore core,
      Clock clock) {
    Heartbeat heartbeat = new Heartbeat(producer, topic, vitals, core, clock);
    heartbeat.thread.start();
    return heartbeat;
  }

  /** Takes in how the loop is; to be called on its thread, every turn. */
  void look() {
    long now = clock.millis();
    if (now - pulse.at() >= EVERY_MS) {
      Set<String> held = core.heldBackfills();
      pulse = new Pulse(core.queues(), held, now);
      if (!held.isEmpty() && now - complained >= COMPLAIN_MS) {
        complained = now;
        log.warn("{} wait for a directive: is a reconciler running, and are they admitted?", held);
      }
    }
  }

  private void run() {
    try {
      while (!closed) {
        try {
          beat(pulse);
        } catch (RuntimeException e) {
          // One that is missing is made up for by the next.
          log.debug("a heartbeat was not written", e);
        }
        TimeUnit.MILLISECONDS.sleep(EVERY_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat(Pulse of) {
    WorkerHeartbeat beat = vitals.beat(of.queues(), of.held(), clock.millis());
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

  /** Stops, with a last word that says that it has no queues any more: nobody need evict it. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    try {
      if (thread.join(PATIENCE)) {
        beat(new Pulse(Set.of(), Set.of(), 0));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      log.debug("the last heartbeat was not written", e);
    } finally {
      producer.close(PATIENCE);
    }
  }
}
