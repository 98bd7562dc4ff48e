package io.tidemark.reconciler.app;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tidemark.schemas.avro.Directive;
import io.tidemark.schemas.avro.RunState;
import io.tidemark.schemas.registry.RecordSerde;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.serde.AvroSerde;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;

class UncaughtPolicyTest {

  private final StreamsException passing = new StreamsException(new TimeoutException("no broker"));

  private final AtomicLong clock = new AtomicLong();
  private final UncaughtPolicy policy = new UncaughtPolicy(clock::get);

  @Test
  void shouldStopAndKeepTheCauseWhenAnErrorWouldComeAgain() {
    var bug = new IllegalStateException("bug");

    assertThat(policy.handle(bug)).isEqualTo(SHUTDOWN_CLIENT);

    assertThat(policy.failure()).hasValue(bug);
  }

  /** Kafka Streams wraps it into words that name neither the registry nor the remedy. */
  @Test
  void shouldKeepWhatTheRegistrySaidWhenItIsTheCause() {
    RecordSerde<Directive> without = RecordSerdes.singleObject().of(Directive.class);
    Directive directive =
        Directive.newBuilder()
            .setBackfillId("b")
            .setRunState(RunState.RUN)
            .setReason("")
            .setAt(1)
            .build();
    byte[] ofRegistry = AvroSerde.of(Directive.class).encode(new byte[] {0, 0, 0, 0, 7}, directive);
    Throwable registry = catchThrowable(() -> without.deserialize("t", ofRegistry));

    assertThat(policy.handle(new StreamsException("deserialization", registry)))
        .isEqualTo(SHUTDOWN_CLIENT);

    assertThat(policy.failure()).hasValue(registry);
  }

  @Test
  void shouldReplaceTheThreadWhenKafkaAsksToTryAgain() {
    assertThat(policy.handle(passing)).isEqualTo(REPLACE_THREAD);

    assertThat(policy.failure()).isEmpty();
  }

  @Test
  void shouldStopWhenThreadsDieTooOften() {
    for (int i = 0; i < UncaughtPolicy.MAX_REPLACED; i++) {
      assertThat(policy.handle(passing)).isEqualTo(REPLACE_THREAD);
    }

    assertThat(policy.handle(passing)).isEqualTo(SHUTDOWN_CLIENT);
  }

  @Test
  void shouldForgetDeathsOfLongAgo() {
    for (int i = 0; i < UncaughtPolicy.MAX_REPLACED; i++) {
      assertThat(policy.handle(passing)).isEqualTo(REPLACE_THREAD);
    }
    clock.addAndGet(UncaughtPolicy.WINDOW_MS + 1);

    assertThat(policy.handle(passing)).isEqualTo(REPLACE_THREAD);
  }
}
