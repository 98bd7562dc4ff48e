package io.tidemark.kafka.read;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.client.StandaloneConsumer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Follows a topic of one Kafka partition from its beginning, in a thread of its own: the way to
 * hold the state of a compacted topic. Committed records only.
 *
 * <p>It outlives broker outages: the Kafka client reconnects, and what is thrown nevertheless
 * (authorization, say) goes to {@code onError} and is tried again after a second. Should the topic
 * be cut or made anew it starts over at its beginning. Only a record that the callback cannot take
 * ends the tail: passing over it would leave a state with a hole that nobody knows of.
 */
public final class TopicTail implements AutoCloseable {

  private static final Duration POLL = Duration.ofSeconds(1);
  private static final long RETRY_SECONDS = 1;

  private final TopicPartition partition;
  private final Consumer<ConsumerRecord<byte[], byte[]>> onRecord;
  private final Consumer<RuntimeException> onError;
  private final StandaloneConsumer consumer;
  private final Admin admin;
  private final Thread thread;
  private final CountDownLatch stop = new CountDownLatch(1);
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition moved = lock.newCondition();

  /** Guarded by {@link #lock}: all records below it were handed over. */
  private long position;

  /** Guarded by {@link #lock}: why the thread ended, null while it runs. */
  private RuntimeException ended;

  private TopicTail(
      ClientConfig config,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> onRecord,
      Consumer<RuntimeException> onError) {
    this.partition = new TopicPartition(topic, 0);
    this.onRecord = onRecord;
    this.onError = onError;
    this.consumer = new StandaloneConsumer(config.consumer());
    try {
      this.admin = Admin.create(config.admin());
    } catch (RuntimeException e) {
      consumer.close();
      throw e;
    }
    this.thread = Thread.ofPlatform().name("tail-" + topic).daemon().unstarted(this::run);
  }

  /**
   * Starts to follow {@code topic}, which must exist.
   *
   * @param onRecord gets each record, in order, on the tail's thread; must not block for long
   * @param onError gets each failure, on the tail's thread
   */
  public static TopicTail start(
      ClientConfig config,
      String topic,
      Consumer<ConsumerRecord<byte[], byte[]>> onRecord,
      Consumer<RuntimeException> onError) {
    var tail = new TopicTail(config, topic, onRecord, onError);
    tail.thread.start();
    return tail;
  }

  /**
   * Waits until every record that is in the topic now was handed to the callback.
   *
   * @throws ReadTimeoutException if that did not happen in time
   * @throws IllegalStateException if the tail was closed, or ended by a failing callback (the
   *     cause)
   * @throws KafkaException if what the callback failed with was one
   */
  public void awaitCaughtUp(Duration timeout) throws ReadTimeoutException, InterruptedException {
    long deadline = System.nanoTime() + timeout.toNanos();
    long end = LogEnds.of(admin, List.of(partition), timeout).get(partition);
    lock.lockInterruptibly();
    try {
      while (position < end) {
        requireFollowing();
        if (moved.awaitNanos(deadline - System.nanoTime()) <= 0) {
          throw new ReadTimeoutException(
              "followed %s only to %d of %d within %d ms; check the brokers, and for a producer that"
                      .formatted(partition, position, end, timeout.toMillis())
                  + " holds a transaction open there",
              null);
        }
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Checks that it still follows.
   *
   * @throws IllegalStateException if it was closed, or ended by a failing callback (the cause)
   * @throws KafkaException if what the callback failed with was one, such as a schema that no
   *     registry tells
   */
  public void requireFollowing() {
    lock.lock();
    try {
      if (ended instanceof KafkaException e) {
        throw new KafkaException(partition + ": " + e.getMessage(), e);
      }
      if (ended != null) {
        throw new IllegalStateException("the tail of " + partition + " has ended", ended);
      }
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    RuntimeException reason = new IllegalStateException("closed");
    try (consumer) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      while (stop.getCount() > 0) {
        pollOnce();
      }
    } catch (WakeupException e) {
      // close() asked for it.
    } catch (RuntimeException e) {
      reason = e;
      onError.accept(e);
    } finally {
      end(reason);
    }
  }

  private void pollOnce() {
    Iterable<ConsumerRecord<byte[], byte[]>> records;
    try {
      records = consumer.poll(POLL);
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      retryLater(e);
      return;
    }
    records.forEach(onRecord);
    try {
      // Not the last record's offset: markers and aborted records move the position, too.
      advance(consumer.position(partition, POLL));
    } catch (WakeupException | InterruptException e) {
      throw e;
    } catch (KafkaException e) {
      // What was handed over is not fetched again; only the wait for it lasts longer.
      retryLater(e);
    }
  }

  private void retryLater(RuntimeException e) {
    onError.accept(e);
    pause();
  }

  /** Waits before the next try, but no longer than until {@link #close()}. */
  private void pause() {
    try {
      stop.await(RETRY_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void advance(long next) {
    lock.lock();
    try {
      position = next;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void end(RuntimeException reason) {
    lock.lock();
    try {
      ended = reason;
      moved.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Stops the thread and waits for it: after the return no callback runs. */
  @Override
  public void close() {
    stop.countDown();
    consumer.wakeup();
    try (admin) {
      if (Thread.currentThread() != thread) {
        thread.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
