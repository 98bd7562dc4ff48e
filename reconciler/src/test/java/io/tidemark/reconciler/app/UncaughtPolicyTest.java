package io.tidemark.reconciler.app;

import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.REPLACE_THREAD;
import static org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
import static org.assertj.core.api.Assertions.assertThat;

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
