package io.tidemark.reconciler.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import io.tidemark.reconciler.Samples;
import io.tidemark.reconciler.flow.News;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.avro.Alert;
import io.tidemark.schemas.avro.CommandType;
import io.tidemark.schemas.avro.Decision;
import io.tidemark.schemas.avro.Severity;
import io.tidemark.schemas.serde.AvroSerde;
import io.tidemark.schemas.topic.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes to the topics of alerts and decisions, on a real broker. */
class NewsLogTest {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration NOW = Duration.ZERO;
  private static final Duration LONG_AGO = Duration.ofMinutes(2);

  private final Topics topics = new Topics("t");
  private EmbeddedBroker broker;
  private ClientConfig kafka;

  @BeforeEach
  void start(@TempDir Path dir) throws Exception {
    broker = EmbeddedBroker.start(dir, 0, Map.of());
    kafka = ClientConfig.of(broker.bootstrapServers());
    try (Admin admin = Admin.create(kafka.admin())) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(topics.alerts(), 1, (short) 1),
                  new NewTopic(topics.decisions(), 1, (short) 1)))
          .all()
          .get();
    }
  }

  @AfterEach
  void stop() {
    broker.close();
  }

  @Test
  void shouldTellAllThatCameInAMinuteAndThenWhatIsNewOnceAndInOrder() throws Exception {
    put(topics.alerts(), alert("old"), LONG_AGO);
    put(topics.decisions(), decision("old"), LONG_AGO);
    put(topics.alerts(), alert("a1"), NOW);
    put(topics.decisions(), decision("d1"), NOW);
    List<String> alerts = new ArrayList<>();
    List<String> decisions = new ArrayList<>();
    try (NewsLog news = new NewsLog(kafka, topics)) {
      take(news.lately(), alerts, decisions);
      assertThat(alerts).containsExactly("a1");
      assertThat(decisions).containsExactly("d1");
      put(topics.alerts(), alert("a2"), NOW);
      put(topics.decisions(), decision("d2"), NOW);
      await()
          .atMost(PATIENCE)
          .untilAsserted(
              () -> {
                take(news.next(), alerts, decisions);
                assertThat(alerts).containsExactly("a1", "a2");
                assertThat(decisions).containsExactly("d1", "d2");
              });

      alerts.clear();
      take(news.lately(), alerts, decisions);
      assertThat(alerts).as("again").containsExactly("a1", "a2");
    }
  }

  @Test
  void shouldSayThatItCannotTellWhenThereIsNoKafka() throws Exception {
    Map<String, String> impatient = new HashMap<>();
    impatient.put("default.api.timeout.ms", "1000");
    impatient.put("request.timeout.ms", "500");
    try (NewsLog news = new NewsLog(ClientConfig.of("127.0.0.1:1", impatient), topics)) {
      assertThatThrownBy(news::lately)
          .isInstanceOf(NotHereException.class)
          .hasMessageContaining(topics.alerts());
    }
  }

  private static void take(News.Latest latest, List<String> alerts, List<String> decisions) {
    latest.alerts().forEach(a -> alerts.add(a.getAlertId()));
    latest.decisions().forEach(d -> decisions.add(d.getAnswer()));
  }

  @SuppressWarnings("unchecked") // The serde of a record's own class.
  private <T extends SpecificRecord> void put(String topic, T value, Duration ago)
      throws Exception {
    try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(kafka.producer())) {
      byte[] bytes = AvroSerde.of((Class<T>) value.getClass()).serialize(topic, value);
      long at = System.currentTimeMillis() - ago.toMillis();
      producer.send(new ProducerRecord<>(topic, 0, at, null, bytes)).get();
    }
  }

  private static Alert alert(String id) {
    return Alert.newBuilder()
        .setAlertId(id)
        .setBackfillId("b")
        .setKind("stall")
        .setSeverity(Severity.WARNING)
        .setMessage("no row for 60 s")
        .setRemedy("look at the source")
        .setAt(1)
        .build();
  }

  private static Decision decision(String answer) {
    return new Decision(Samples.command("b", CommandType.PAUSE), true, answer, 1L);
  }
}
