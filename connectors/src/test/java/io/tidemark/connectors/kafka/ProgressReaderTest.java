package io.tidemark.connectors.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.connectors.kafka.KafkaEndpoint.Side;
import io.tidemark.core.lifecycle.Cursor;
import io.tidemark.core.lifecycle.Totals;
import io.tidemark.core.retry.TaskException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;

/** What lanes see of progress while calls of other lanes on the same reader fail. */
class ProgressReaderTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String PARTITION = "b-00000000/000000";
  private static final StoredProgress STORED =
      new StoredProgress(7, "w7", Cursor.of(42), Totals.ZERO, false);

  private static String progressTopic() throws Exception {
    String topic = Cluster.topic(ProgressReader.PARTITIONS, Map.of("cleanup.policy", "compact"));
    Cluster.write(
        List.of(
            new ProducerRecord<>(
                topic,
                ProgressReader.place(PARTITION),
                StoredProgress.key(PARTITION),
                STORED.value())));
    return topic;
  }

  private static ProgressReader reader(String topic) {
    KafkaEndpoint endpoint = new KafkaEndpoint(Side.SINK, Cluster.bootstrap(), "rows", Map.of());
    return new ProgressReader(
        endpoint, new KafkaErrors(endpoint), topic, "read_committed", "b-00000000");
  }

  private static void failInterrupted(ProgressReader reader) {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> reader.end(0))
          .isInstanceOf(TaskException.class)
          .hasMessageContaining("interrupted");
    } finally {
      assertThat(Thread.interrupted()).as("the interrupt is still to be heard").isTrue();
    }
  }

  @Test
  void shouldReadAgainWhenACallOfAnotherLaneFailed() throws Exception {
    try (ProgressReader reader = reader(progressTopic())) {
      long end = reader.end(ProgressReader.place(PARTITION));
      assertThat(reader.newest(PARTITION, end, PATIENCE)).contains(STORED);

      failInterrupted(reader);

      assertThat(reader.newest(PARTITION, end, PATIENCE)).contains(STORED);
    }
  }

  @Test
  void shouldNeverMissTheRecordWhileCallsOfAnotherLaneFail() throws Exception {
    int failures = 60;
    AtomicBoolean failing = new AtomicBoolean(true);
    try (ProgressReader reader = reader(progressTopic());
        ExecutorService lane = Executors.newSingleThreadExecutor()) {
      long end = reader.end(ProgressReader.place(PARTITION));
      Future<Integer> missed =
          lane.submit(
              () -> {
                int none = 0;
                while (failing.get()) {
                  Optional<StoredProgress> found = reader.newest(PARTITION, end, PATIENCE);
                  none += found.equals(Optional.of(STORED)) ? 0 : 1;
                }
                return none;
              });
      try {
        for (int i = 0; i < failures; i++) {
          failInterrupted(reader);
          // So the lane is at its answer, or just past it, when the next one fails.
          assertThat(reader.newest(PARTITION, end, PATIENCE)).contains(STORED);
        }
      } finally {
        failing.set(false);
      }
      assertThat(missed.get()).isZero();
    }
  }
}
