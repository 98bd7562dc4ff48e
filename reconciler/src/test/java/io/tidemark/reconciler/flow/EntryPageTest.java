package io.tidemark.reconciler.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.reconciler.Samples;
import io.tidemark.schemas.avro.WorkerHeartbeat;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.KeyValue;
import org.junit.jupiter.api.Test;

class EntryPageTest {

  private static final EntryPage<WorkerHeartbeat> PAGE =
      new EntryPage<>(
          List.of(
              KeyValue.pair("w1", Samples.heartbeat("w1", 1)),
              KeyValue.pair("ü", Samples.heartbeat("ü", 2))),
          Optional.of("ü"));

  @Test
  void shouldComeBackAsItWas() {
    byte[] bytes = PAGE.bytes(WorkerHeartbeat.class);

    assertThat(EntryPage.read(bytes, WorkerHeartbeat.class)).isEqualTo(PAGE);
  }

  @Test
  void shouldNeverBeTakenForWholeWhenItIsCutShort() {
    byte[] bytes = PAGE.bytes(WorkerHeartbeat.class);

    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatThrownBy(() -> EntryPage.read(cut, WorkerHeartbeat.class))
          .as("%d bytes", length)
          .isInstanceOf(RuntimeException.class);
    }
  }
}
