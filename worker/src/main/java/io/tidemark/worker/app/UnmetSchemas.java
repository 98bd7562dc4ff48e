package io.tidemark.worker.app;

import io.tidemark.schemas.registry.RegistryUnavailableException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues whose next record has a schema that was not met yet, such as that of a newer release. The
 * registry is asked beside the worker's loop, and for as long as it takes: lanes that run need
 * nothing of it. Used by the loop's thread alone.
 */
final class UnmetSchemas implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(UnmetSchemas.class);
  private static final long AGAIN_SECONDS = 1;

  private final Consumer<ConsumerRecord<byte[], byte[]>> meet;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<Integer, Future<?>> asking = new HashMap<>();

  /**
   * @param meet asks the registry for the schema of a record, on a thread of its own
   */
  UnmetSchemas(Consumer<ConsumerRecord<byte[], byte[]>> meet) {
    this.meet = meet;
  }

  /** Asks for the schema of a record, the next of its queue, until the registry answers. */
  void ask(ConsumerRecord<byte[], byte[]> record) {
    asking.put(
        record.partition(),
        threads.submit(
            () -> {
              while (!answered(record)) {
                TimeUnit.SECONDS.sleep(AGAIN_SECONDS);
              }
              return null;
            }));
  }

  private boolean answered(ConsumerRecord<byte[], byte[]> record) {
    try {
      meet.accept(record);
      return true;
    } catch (RegistryUnavailableException e) {
      log.warn(
          "{}-{} waits at offset {}: {}",
          record.topic(),
          record.partition(),
          record.offset(),
          e.getMessage());
      return false;
    }
  }

  /** Whether a queue is to be left alone. */
  boolean waits(int queue) {
    return asking.containsKey(queue);
  }

  /**
   * Queues that can be read now; told once.
   *
   * @throws KafkaException if the registry refuses to tell a schema
   */
  Set<Integer> answered() {
    Set<Integer> done = new HashSet<>();
    asking.forEach(
        (queue, answer) -> {
          switch (answer.state()) {
            case RUNNING -> {}
            case FAILED ->
                throw new KafkaException(answer.exceptionNow().getMessage(), answer.exceptionNow());
            case SUCCESS, CANCELLED -> done.add(queue);
          }
        });
    asking.keySet().removeAll(done);
    return done;
  }

  /** Queues that are read by others now. */
  void forget(Set<Integer> queues) {
    queues.forEach(
        queue -> {
          Future<?> answer = asking.remove(queue);
          if (answer != null) {
            answer.cancel(true);
          }
        });
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }
}
