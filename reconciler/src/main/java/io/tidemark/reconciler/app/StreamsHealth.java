package io.tidemark.reconciler.app;

import io.tidemark.reconciler.status.Health;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KafkaStreams.State;
import org.apache.kafka.streams.TaskMetadata;

/**
 * Health of a Kafka Streams instance. It becomes ready once it runs, its state is restored, and
 * what had piled up in its topics before the start is worked off, and stays so while it lives: when
 * state moves it answers from copies and other instances, and says for what it cannot; later
 * backlog is a matter of metrics.
 */
final class StreamsHealth implements Health {

  /** Records behind that count as none: less than a second's work. */
  private static final long CAUGHT_UP = 10_000;

  private final KafkaStreams streams;
  private final UncaughtPolicy uncaught;
  private final AtomicBoolean caughtUp = new AtomicBoolean();

  StreamsHealth(KafkaStreams streams, UncaughtPolicy uncaught) {
    this.streams = streams;
    this.uncaught = uncaught;
  }

  @Override
  public Optional<String> dead() {
    return switch (streams.state()) {
      case CREATED, REBALANCING, RUNNING -> Optional.empty();
      case PENDING_SHUTDOWN, NOT_RUNNING -> Optional.of("the reconciler is shut down");
      case PENDING_ERROR, ERROR ->
          Optional.of(
              "the reconciler stopped: "
                  + uncaught.failure().map(Throwable::toString).orElse("see its log"));
    };
  }

  @Override
  public Optional<String> unready() {
    Optional<String> dead = dead();
    if (dead.isPresent() || caughtUp.get()) {
      return dead;
    }
    State state = streams.state();
    if (state != State.RUNNING) {
      return Optional.of("state is being restored or moved (" + state + ")");
    }
    long behind = behind();
    if (behind > CAUGHT_UP) {
      return Optional.of("catching up: " + behind + " records behind");
    }
    caughtUp.set(true);
    return Optional.empty();
  }

  private long behind() {
    return streams.metadataForLocalThreads().stream()
        .flatMap(thread -> thread.activeTasks().stream())
        .mapToLong(StreamsHealth::behind)
        .sum();
  }

  private static long behind(TaskMetadata task) {
    long sum = 0;
    for (var end : task.endOffsets().entrySet()) {
      long committed = task.committedOffsets().getOrDefault(end.getKey(), 0L);
      // Both are -1 while unknown.
      sum += Math.max(0, end.getValue() - Math.max(0, committed));
    }
    return sum;
  }
}
