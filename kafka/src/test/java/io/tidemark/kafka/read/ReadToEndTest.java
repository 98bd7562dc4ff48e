package io.tidemark.kafka.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.kafka.Kafka;
import io.tidemark.kafka.admin.TopicSpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ReadToEndTest {

  private static Kafka kafka;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    kafka = new Kafka(directory);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void shouldIncludeATransactionThatWasOpenWhenTheReadBegan() throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var producer = kafka.producer("open");
        var reading = Executors.newSingleThreadExecutor();
        var reader = new ReadToEnd(kafka.config())) {
      commit(producer, log, "before");
      producer.beginTransaction();
      send(producer, log, "pending");
      producer.flush();
      var seenBefore = new CountDownLatch(1);
      var values = new ArrayList<String>();
      var read =
          reading.submit(
              () ->
                  reader.read(
                      List.of(log),
                      Kafka.PATIENCE,
                      record -> {
                        values.add(Kafka.text(record.value()));
                        seenBefore.countDown();
                      }));
      // The read has taken its end by now, and waits: the last stable offset is behind "before".
      seenBefore.await();
      producer.commitTransaction();

      // before, marker, pending.
      assertThat(read.get()).containsExactly(Map.entry(log, 3L));
      assertThat(values).containsExactly("before", "pending");
    }
  }

  @Test
  void shouldSkipWhatWasAbortedAlsoAtTheVeryEnd() throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var producer = kafka.producer("aborting")) {
      commit(producer, log, "a");
      abort(producer, log, "never");
      commit(producer, log, "b");
      abort(producer, log, "never");
    }
    assertThat(kafka.valuesIn(log)).containsExactly("a", "b");
  }

  @Test
  void shouldNameThePartitionWhenATransactionStaysOpen() throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var producer = kafka.producer("hanging");
        var reader = new ReadToEnd(kafka.config())) {
      producer.beginTransaction();
      send(producer, log, "pending");
      producer.flush();

      assertThatThrownBy(() -> reader.read(List.of(log), Duration.ofSeconds(2), record -> {}))
          .isInstanceOf(ReadTimeoutException.class)
          .hasMessageContaining(log + "=0 of 1")
          .hasMessageContaining("holds a transaction open");
      producer.abortTransaction();
    }
  }

  @Test
  void shouldReadManyPartitionsInOneGoAndAgain() throws Exception {
    Kafka.ensureTopics(kafka.config(), new TopicSpec("many", 64, Map.of()));
    var partitions = new ArrayList<TopicPartition>();
    try (var producer = kafka.producer("many");
        var reader = new ReadToEnd(kafka.config())) {
      producer.beginTransaction();
      for (int queue = 0; queue < 64; queue++) {
        var partition = new TopicPartition("many", queue);
        partitions.add(partition);
        // Every fourth stays empty.
        for (int i = 0; i < queue % 4; i++) {
          send(producer, partition, queue + "-" + i);
        }
      }
      producer.commitTransaction();
      for (int round = 0; round < 2; round++) {
        var values = new ArrayList<String>();
        reader.read(partitions, Kafka.PATIENCE, record -> values.add(Kafka.text(record.value())));

        assertThat(values).hasSize(96).doesNotHaveDuplicates();
      }
    }
  }

  @Test
  void shouldSayThatTheTopicIsMissing() {
    try (var reader = new ReadToEnd(kafka.config())) {
      var missing = List.of(new TopicPartition("missing", 0));

      assertThatThrownBy(() -> reader.read(missing, Duration.ofSeconds(2), record -> {}))
          .isInstanceOf(ReadTimeoutException.class)
          .hasMessageContaining("missing-0")
          .hasMessageContaining("check that the topics exist");
    }
  }

  private static void commit(
      KafkaProducer<byte[], byte[]> producer, TopicPartition partition, String value) {
    producer.beginTransaction();
    send(producer, partition, value);
    producer.commitTransaction();
  }

  private static void abort(
      KafkaProducer<byte[], byte[]> producer, TopicPartition partition, String value) {
    producer.beginTransaction();
    send(producer, partition, value);
    producer.flush();
    producer.abortTransaction();
  }

  @SuppressWarnings("FutureReturnValueIgnored") // Commit and flush wait for it.
  private static void send(
      KafkaProducer<byte[], byte[]> producer, TopicPartition partition, String value) {
    producer.send(
        new ProducerRecord<>(partition.topic(), partition.partition(), null, Kafka.bytes(value)));
  }
}
