package io.tidemark.worker.app;

import io.tidemark.core.worker.WorkerCore;
import io.tidemark.schemas.avro.RunningPartition;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.worker.status.Vitals;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
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
  private static final Duration EVERY = Duration.ofMillis(500);
  private static final Duration COMPLAIN = Duration.ofMinutes(1);
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  /** What the loop's thread last said of itself. */
  private record Pulse(Set<Integer> queues, Set<String> held, List<RunningPartition> running) {
    static final Pulse NONE = new Pulse(Set.of(), Set.of(), List.of());
  }

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Vitals vitals;
  private final WorkerCore core;
  private final Clock clock;
  private final RecordSerde<WorkerHeartbeat> serde;
  private final Thread thread;
  private volatile Pulse pulse = Pulse.NONE;
  private volatile boolean closed;
  private long looked = System.nanoTime();
  private long complained = System.nanoTime();

  private Heartbeat(
      KafkaProducer<byte[], byte[]> producer,
      String topic,
      RecordSerde<WorkerHeartbeat> serde,
      Vitals vitals,
      WorkerCore core,
      Clock clock) {
    this.producer = producer;
    this.topic = topic;
    this.serde = serde;
    this.vitals = vitals;
    this.core = core;
    this.clock = clock;
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
      RecordSerde<WorkerHeartbeat> serde,
      Vitals vitals,
      WorkerCore core,
      Clock clock) {
    Heartbeat heartbeat = new Heartbeat(producer, topic, serde, vitals, core, clock);
    heartbeat.thread.start();
    return heartbeat;
  }

  /** Takes in how the loop is; to be called on its thread, every turn. */
  void look() {
    long now = System.nanoTime();
    if (now - looked >= EVERY.toNanos()) {
      looked = now;
      Set<String> held = core.heldBackfills();
      pulse = new Pulse(core.queues(), held, core.running(vitals.lanes()));
      if (!held.isEmpty() && now - complained >= COMPLAIN.toNanos()) {
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
        } catch (Error e) {
          // Out of memory, say: the lanes may get over it, and then this worker is not dead.
          log.warn("a heartbeat was not written", e);
        }
        TimeUnit.NANOSECONDS.sleep(EVERY.toNanos());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void beat(Pulse of) {
    WorkerHeartbeat beat = vitals.beat(of.queues(), of.held(), of.running(), clock.millis());
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
        beat(Pulse.NONE);
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
