package io.tidemark.kafka.embedded;

import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import kafka.server.FaultHandlerFactory;
import org.apache.kafka.server.fault.FaultHandler;
import org.apache.kafka.server.fault.FaultHandlerException;
import org.apache.kafka.server.fault.LoggingFaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where Kafka would end the process, this keeps the first fatal fault for its owner to see. */
final class RecordedFaults implements FaultHandlerFactory {

  private static final Logger LOG = LoggerFactory.getLogger(RecordedFaults.class);

  private final AtomicReference<Throwable> first = new AtomicReference<>();

  @Override
  public FaultHandler build(String name, boolean fatal, Runnable action) {
    if (!fatal) {
      return new LoggingFaultHandler(name, action);
    }
    return (message, cause) -> {
      LOG.error("Fatal fault of the embedded broker in {}: {}", name, message, cause);
      var fault = new FaultHandlerException(name + ": " + message, cause);
      first.compareAndSet(null, fault);
      action.run();
      return fault;
    };
  }

  Optional<Throwable> first() {
    return Optional.ofNullable(first.get());
  }
}
