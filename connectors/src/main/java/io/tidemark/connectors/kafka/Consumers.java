package io.tidemark.connectors.kafka;

import io.tidemark.core.retry.TaskException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Consumers of committed records, kept from one slice to the next. Thread-safe. */
final class Consumers implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(Consumers.class);
  private static final int MOST_IDLE = 8;

  private final KafkaEndpoint endpoint;
  private final KafkaErrors errors;
  private final Deque<Consumer<byte[], byte[]>> idle = new ArrayDeque<>();
  private boolean closed;

  Consumers(KafkaEndpoint endpoint, KafkaErrors errors) {
    this.endpoint = endpoint;
    this.errors = errors;
  }

  /** A consumer without partitions; give it back, or drop it. */
  Consumer<byte[], byte[]> take() throws TaskException {
    synchronized (this) {
      if (!idle.isEmpty()) {
        return idle.pop();
      }
    }
    try {
      return new KafkaConsumer<>(endpoint.consumer("read_committed"));
    } catch (KafkaException e) {
      throw errors.of("connecting", e);
    }
  }

  /** Puts a consumer back that nobody else uses. */
  void give(Consumer<byte[], byte[]> consumer) {
    synchronized (this) {
      if (!closed && idle.size() < MOST_IDLE) {
        consumer.unsubscribe();
        idle.push(consumer);
        return;
      }
    }
    drop(consumer);
  }

  /** Ends a consumer whose state is unknown. */
  static void drop(Consumer<byte[], byte[]> consumer) {
    // An interrupted thread cannot close one in order; whoever interrupted it is still to be heard.
    boolean interrupted = Thread.interrupted();
    try {
      // Not in order: that would wait for the fetch that is open, half a second where no record
      // comes.
      consumer.close(CloseOptions.timeout(Duration.ZERO));
    } catch (KafkaException e) {
      log.debug("a consumer did not end in order", e);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    idle.forEach(Consumers::drop);
    idle.clear();
  }
}
