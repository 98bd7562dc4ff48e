package io.tidemark.kafka.read;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tidemark.kafka.Kafka;
import io.tidemark.kafka.admin.TopicSpec;
import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.kafka.journal.Append;
import io.tidemark.kafka.journal.Journal;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TopicTailTest {

  private static final TopicPartition STATE = new TopicPartition("state", 0);
  private static final TopicSpec SPEC =
      new TopicSpec("state", 1, Map.of("cleanup.policy", "compact"));

  @TempDir Path directory;

  private final List<String> values = new CopyOnWriteArrayList<>();
  private final List<Exception> errors = new CopyOnWriteArrayList<>();

  @Test
  void shouldFollowTheTopicAcrossABrokerOutage() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(directory, 0, Map.of());
    String address = broker.bootstrapServers();
    var config = ClientConfig.of(address);
    try {
      Kafka.ensureTopics(config, SPEC);
      publish(config, "a");
      try (var tail = tail(config)) {
        tail.awaitCaughtUp(Kafka.PATIENCE);
        assertThat(values).containsExactly("a");
        assertThatCode(tail::requireFollowing).doesNotThrowAnyException();

        publish(config, "b");
        tail.awaitCaughtUp(Kafka.PATIENCE);
        assertThat(values).containsExactly("a", "b");

        broker.close();
        broker = EmbeddedBroker.start(directory, portOf(address), Map.of());
        publish(config, "c");
        tail.awaitCaughtUp(Kafka.PATIENCE);
        assertThat(values).containsExactly("a", "b", "c");
      }
      // Closed: nothing comes any more.
      publish(config, "d");
      assertThat(values).containsExactly("a", "b", "c");
    } finally {
      broker.close();
    }
  }

  @Test
  void shouldEndAndSayWhyWhenTheCallbackFails() throws Exception {
    try (var broker = EmbeddedBroker.start(directory, 0, Map.of())) {
      var config = ClientConfig.of(broker.bootstrapServers());
      Kafka.ensureTopics(config, SPEC);
      publish(config, "a");
      var unreadable = new IllegalArgumentException("cannot be decoded");
      try (var tail =
          TopicTail.start(
              config,
              STATE.topic(),
              record -> {
                throw unreadable;
              },
              errors::add)) {
        assertThatThrownBy(() -> tail.awaitCaughtUp(Kafka.PATIENCE))
            .isInstanceOf(IllegalStateException.class)
            .hasCause(unreadable);
        assertThat(errors).containsExactly(unreadable);
        assertThatThrownBy(tail::requireFollowing)
            .isInstanceOf(IllegalStateException.class)
            .hasCause(unreadable);
      }
    }
  }

  @Test
  void shouldReportAndCloseWhenNoBrokerIsThere() throws Exception {
    String address;
    try (var broker = EmbeddedBroker.start(directory, 0, Map.of())) {
      address = broker.bootstrapServers();
    }
    var config = ClientConfig.of(address);
    try (var tail = tail(config)) {
      Awaitility.await().atMost(Kafka.PATIENCE).until(() -> !errors.isEmpty());
      assertThat(tail).isNotNull();
    }
    assertThat(values).isEmpty();
  }

  private TopicTail tail(ClientConfig config) {
    return TopicTail.start(
        config, STATE.topic(), record -> values.add(Kafka.text(record.value())), errors::add);
  }

  private static void publish(ClientConfig config, String value) throws Exception {
    try (var journal = Journal.open(config, "publisher")) {
      journal.commit(List.of(new Append(STATE, Kafka.bytes(value), Kafka.bytes(value))));
    }
  }

  private static int portOf(String address) {
    return Integer.parseInt(address.substring(address.indexOf(':') + 1));
  }
}
