package io.tidemark.reconciler.app;

import io.tidemark.schemas.registry.RegistryException;
import io.tidemark.schemas.registry.RegistryUnavailableException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens when a stream thread dies. If Kafka asked to try again later, the thread is
 * replaced, at most {@link #MAX_REPLACED} times in {@link #WINDOW_MS}; anything else would come
 * again for the same record, so the reconciler stops in the state ERROR and keeps the cause. Either
 * way the open transaction is aborted: nothing is half done.
 */
final class UncaughtPolicy implements StreamsUncaughtExceptionHandler {

  private static final Logger LOG = LoggerFactory.getLogger(UncaughtPolicy.class);

  static final int MAX_REPLACED = 5;
  static final long WINDOW_MS = 10 * 60_000L;

  private final LongSupplier clockMs;
  private final Deque<Long> replaced = new ArrayDeque<>();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();

  /**
   * @param clockMs milliseconds since any fixed point
   */
  UncaughtPolicy(LongSupplier clockMs) {
    this.clockMs = clockMs;
  }

  @Override
  public synchronized StreamThreadExceptionResponse handle(Throwable exception) {
    long now = clockMs.getAsLong();
    while (!replaced.isEmpty() && now - replaced.peekFirst() > WINDOW_MS) {
      replaced.removeFirst();
    }
    if (retriable(exception) && replaced.size() < MAX_REPLACED) {
      replaced.addLast(now);
      LOG.warn("a stream thread died of what may pass; it is replaced", exception);
      return StreamThreadExceptionResponse.REPLACE_THREAD;
    }
    LOG.error("the reconciler stops", exception);
    failure.compareAndSet(null, told(exception));
    return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
  }

  /** What to tell the user: Kafka Streams wraps the registry's words into its own. */
  private static Throwable told(Throwable exception) {
    for (Throwable t = exception; t != null; t = t.getCause()) {
      if (t instanceof RegistryException || t instanceof RegistryUnavailableException) {
        return t;
      }
    }
    return exception;
  }

  private static boolean retriable(Throwable exception) {
    for (Throwable t = exception; t != null; t = t.getCause()) {
      if (t instanceof RetriableException) {
        return true;
      }
    }
    return false;
  }

  /** Why the reconciler stopped, if it did. */
  Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }
}
