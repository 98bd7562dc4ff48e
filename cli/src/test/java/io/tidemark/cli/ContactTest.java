package io.tidemark.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tidemark.kafka.client.ClientConfig;
import io.tidemark.kafka.embedded.EmbeddedBroker;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** What a command that follows Kafka notices when the broker goes away. */
@Isolated("it reads what this process writes")
final class ContactTest {

  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration ASK = Duration.ofMillis(200);
  private static final Duration SAY = Duration.ofSeconds(1);
  private static final Duration LONG = Duration.ofMinutes(5);

  @TempDir Path dir;
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final PrintStream realErr = System.err;

  @BeforeEach
  void listen() {
    System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  @AfterEach
  void listenNoMore() {
    System.setErr(realErr);
  }

  @Test
  void shouldSaySoAndGoOnWhenTheBrokerComesBack() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, Map.of());
    int port = Integer.parseInt(broker.bootstrapServers().replaceAll(".*:", ""));
    try (Contact contact = contact(broker, LONG)) {
      broker.close();
      awaitSaid(contact, "has not answered for 1 s");
      broker = EmbeddedBroker.start(dir, port, Map.of());

      awaitSaid(contact, "answers again");
    } finally {
      broker.close();
    }
  }

  @Test
  void shouldBeLostWhenTheBrokerStaysAway() throws Exception {
    EmbeddedBroker broker = EmbeddedBroker.start(dir, 0, Map.of());
    try (Contact contact = contact(broker, Duration.ofSeconds(2))) {
      await().during(Duration.ofSeconds(3)).atMost(PATIENCE).until(() -> !contact.lost());
      broker.close();

      await().atMost(PATIENCE).until(contact::lost);

      assertThat(Errors.exitCode(contact.failure())).isEqualTo(ExitCode.UNREACHABLE);
      assertThat(contact.failure())
          .hasMessageContainingAll(broker.bootstrapServers(), "run the same command again");
    } finally {
      broker.close();
    }
  }

  private static Contact contact(EmbeddedBroker broker, Duration giveUp) throws Exception {
    return new Contact(ClientConfig.of(broker.bootstrapServers()), SAY, giveUp, ASK);
  }

  private void awaitSaid(Contact contact, String text) {
    await()
        .atMost(PATIENCE)
        .until(() -> !contact.lost() && err.toString(StandardCharsets.UTF_8).contains(text));
  }
}
